import { generateClient } from 'aws-amplify/api';

export interface Topic {
  id: string;
  title: string;
}

const client = generateClient();

const SEARCH_TOPICS = /* GraphQL */ `
  query SearchTopics($title: String!) {
    searchTopics(filter: { title: { match: $title } }) {
      items {
        id
        title
      }
    }
  }
`;

const CREATE_POST = /* GraphQL */ `
  mutation CreatePost($input: CreatePostInput!) {
    createPost(input: $input) {
      id
    }
  }
`;

export async function search(title: string): Promise<Topic[]> {
  const result: any = await client.graphql({ query: SEARCH_TOPICS, variables: { title } });
  return result.data.searchTopics.items;
}

export async function publish(topicId: string, body: string) {
  await client.graphql({ query: CREATE_POST, variables: { input: { topicId, body } } });
}
