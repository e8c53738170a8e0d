export type AmplifyDependentResourcesAttributes = {
  "api": {
    "class": {
      "ApiId": "string",
      "ApiName": "string",
      "RootUrl": "string"
    },
    "clinic": {
      "GraphQLAPIEndpointOutput": "string",
      "GraphQLAPIIdOutput": "string",
      "GraphQLAPIKeyOutput": "string"
    },
    "frontdesk": {
      "ApiId": "string",
      "ApiName": "string",
      "RootUrl": "string"
    },
    "records": {
      "ApiId": "string",
      "ApiName": "string",
      "RootUrl": "string"
    }
  },
  "auth": {
    "staff": {
      "AppClientID": "string",
      "AppClientIDWeb": "string",
      "IdentityPoolId": "string",
      "IdentityPoolName": "string",
      "UserPoolArn": "string",
      "UserPoolId": "string",
      "UserPoolName": "string"
    },
    "userPoolGroups": {
      "DoctorsGroupRole": "string",
      "NursesGroupRole": "string"
    }
  },
  "function": {
    "audit": {
      "Arn": "string",
      "LambdaExecutionRole": "string",
      "LambdaExecutionRoleArn": "string",
      "Name": "string",
      "Region": "string"
    },
    "authorize": {
      "Arn": "string",
      "LambdaExecutionRole": "string",
      "LambdaExecutionRoleArn": "string",
      "Name": "string",
      "Region": "string"
    },
    "laboratory": {
      "Arn": "string",
      "LambdaExecutionRole": "string",
      "LambdaExecutionRoleArn": "string",
      "Name": "string",
      "Region": "string"
    },
    "visits": {
      "Arn": "string",
      "LambdaExecutionRole": "string",
      "LambdaExecutionRoleArn": "string",
      "Name": "string",
      "Region": "string"
    }
  },
  "predictions": {
    "dictation": {
      "language": "string",
      "region": "string"
    },
    "forms": {
      "format": "string",
      "region": "string"
    },
    "mood": {
      "region": "string",
      "type": "string"
    },
    "toSpanish": {
      "region": "string",
      "sourceLang": "string",
      "targetLang": "string"
    }
  },
  "storage": {
    "scans": {
      "BucketName": "string",
      "Region": "string"
    }
  }
}