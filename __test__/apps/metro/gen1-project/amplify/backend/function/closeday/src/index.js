/* Amplify Params - DO NOT EDIT
	API_METRO_GRAPHQLAPIIDOUTPUT
	API_METRO_PAYMENTTABLE_ARN
	API_METRO_PAYMENTTABLE_NAME
	ENV
	FUNCTION_INVOICEPDF_NAME
	REGION
	STORAGE_LEDGER_ARN
	STORAGE_LEDGER_NAME
	STORAGE_LEDGER_STREAMARN
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
