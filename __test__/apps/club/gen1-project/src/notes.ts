import { generateClient } from 'aws-amplify/api';
import { uploadData } from 'aws-amplify/storage';

const client = generateClient();

const NOTES_BY_STATUS = /* GraphQL */ `
  query NotesByStatus($status: NoteStatus!) {
    notesByStatus(status: $status, sortDirection: DESC) {
      items {
        id
        title
      }
    }
  }
`;

const LIST_NOTES = /* GraphQL */ `
  query ListNotes($filter: ModelNoteFilterInput) {
    listNotes(filter: $filter) {
      items {
        id
        title
      }
    }
  }
`;

const CREATE_ATTACHMENT = /* GraphQL */ `
  mutation CreateAttachment($input: CreateAttachmentInput!) {
    createAttachment(input: $input) {
      id
    }
  }
`;

export async function sharedNotes() {
  const result: any = await client.graphql({ query: NOTES_BY_STATUS, variables: { status: 'SHARED' }, authMode: 'apiKey' });
  return result.data.notesByStatus.items;
}

export async function notesOf(author: string) {
  const result: any = await client.graphql({ query: LIST_NOTES, variables: { filter: { author: { beginsWith: author } } } });
  return result.data.listNotes.items;
}

export async function attach(noteId: string, file: File) {
  await uploadData({ key: `${noteId}/${file.name}`, data: file, options: { accessLevel: 'private' } }).result;
  await client.graphql({
    query: CREATE_ATTACHMENT,
    variables: { input: { key: `${noteId}/${file.name}`, contentType: file.type, size: file.size, attachmentNoteId: noteId } },
  });
}
