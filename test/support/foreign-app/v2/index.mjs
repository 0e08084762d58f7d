export const handler = async () => ({version: 2, motto: process.env.MOTTO, annex: process.env.ANNEX})
