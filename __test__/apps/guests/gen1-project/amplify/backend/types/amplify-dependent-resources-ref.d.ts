export type AmplifyDependentResourcesAttributes = {
  "api": {
    "guestbook": {
      "GraphQLAPIEndpointOutput": "string",
      "GraphQLAPIIdOutput": "string"
    }
  },
  "function": {
    "guestsreception": {
      "Arn": "string",
      "LambdaExecutionRole": "string",
      "LambdaExecutionRoleArn": "string",
      "Name": "string",
      "Region": "string"
    }
  },
  "storage": {
    "portraits": {
      "BucketName": "string",
      "Region": "string"
    }
  }
}