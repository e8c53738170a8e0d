/* Amplify Params - DO NOT EDIT
	API_METRO_GRAPHQLAPIIDOUTPUT
	API_METRO_INVOICELINETABLE_ARN
	API_METRO_INVOICELINETABLE_NAME
	API_METRO_INVOICETABLE_ARN
	API_METRO_INVOICETABLE_NAME
	ENV
	REGION
	STORAGE_DOCUMENTS_BUCKETNAME
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
