/* Amplify Params - DO NOT EDIT
	ENV
	REGION
	STORAGE_DATA_ARN
	STORAGE_DATA_NAME
	STORAGE_DATA_STREAMARN
	STORAGE_1ST_ARN
	STORAGE_1ST_NAME
	STORAGE_1ST_STREAMARN
	STORAGE_TABLES_ARN
	STORAGE_TABLES_NAME
	STORAGE_TABLES_STREAMARN
Amplify Params - DO NOT EDIT */

/**
 * @type {import('@types/aws-lambda').APIGatewayProxyHandler}
 */
exports.handler = async (event) => {
    console.log(`EVENT: ${JSON.stringify(event)}`);
    return {
        statusCode: 200,
    //  Uncomment below to enable CORS requests
    //  headers: {
    //      "Access-Control-Allow-Origin": "*",
    //      "Access-Control-Allow-Headers": "*"
    //  },
        body: JSON.stringify('Hello from Lambda!'),
    };
};
