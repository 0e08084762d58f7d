export const handler = async () => ({version: 1, motto: process.env.MOTTO, annex: process.env.ANNEX})
