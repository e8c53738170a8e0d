/* Amplify Params - DO NOT EDIT
	API_METRO_FARETABLE_ARN
	API_METRO_FARETABLE_NAME
	API_METRO_GRAPHQLAPIIDOUTPUT
	ENV
	FUNCTION_QUOTEFARE_NAME
	FUNCTION_SENDMESSAGE_NAME
	REGION
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
