/* Amplify Params - DO NOT EDIT
	API_NOTES_GRAPHQLAPIENDPOINTOUTPUT
	API_NOTES_GRAPHQLAPIIDOUTPUT
	API_NOTES_GRAPHQLAPIKEYOUTPUT
	API_NOTES_NOTETABLE_ARN
	API_NOTES_NOTETABLE_NAME
	DIGEST_LIMIT
	DIGEST_SUBJECT
	ENV
	REGION
Amplify Params - DO NOT EDIT */

const { sharedNotes, markDigested } = require('./store');

const COMMENTS_OF_NOTE = /* GraphQL */ `
  query CommentsOfNote($id: ID!) {
    getNote(id: $id) {
      comments {
        items {
          text
        }
      }
    }
  }
`;

async function commentsOf(id) {
  const response = await fetch(process.env.API_NOTES_GRAPHQLAPIENDPOINTOUTPUT, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': process.env.API_NOTES_GRAPHQLAPIKEYOUTPUT },
    body: JSON.stringify({ query: COMMENTS_OF_NOTE, variables: { id } }),
  });
  const { data, errors } = await response.json();
  if (errors) {
    throw new Error(errors.map((error) => error.message).join('; '));
  }
  return data.getNote.comments.items.map((comment) => comment.text);
}

/**
 * @type {import('@types/aws-lambda').Handler}
 */
exports.handler = async (event) => {
  console.log(`EVENT: ${JSON.stringify(event)}`);
  const notes = await sharedNotes(Number(process.env.DIGEST_LIMIT));
  const lines = [];
  for (const note of notes) {
    const comments = await commentsOf(note.id);
    lines.push(`${note.title} (${comments.length} comments)`);
    await markDigested(note.id);
  }
  return { subject: process.env.DIGEST_SUBJECT, lines };
};
