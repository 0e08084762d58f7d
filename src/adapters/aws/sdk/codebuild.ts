export {BatchGetBuildsCommand, CodeBuildClient as Client, StopBuildCommand} from '@aws-sdk/client-codebuild'
