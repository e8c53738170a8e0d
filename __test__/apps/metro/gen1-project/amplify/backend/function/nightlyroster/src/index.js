/* Amplify Params - DO NOT EDIT
	API_METRO_ABSENCETABLE_ARN
	API_METRO_ABSENCETABLE_NAME
	API_METRO_GRAPHQLAPIIDOUTPUT
	API_METRO_ROSTERTABLE_ARN
	API_METRO_ROSTERTABLE_NAME
	API_METRO_SHIFTTABLE_ARN
	API_METRO_SHIFTTABLE_NAME
	ENV
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
