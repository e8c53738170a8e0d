import { Polly } from '@aws-sdk/client-polly';
import { getSynthesizeSpeechUrl } from '@aws-sdk/polly-request-presigner';

const client = new Polly();

/** The address of a text's speech, which can be played for a while. */
export const handler = async ({ text, voiceID }) => {
  const params = { OutputFormat: 'mp3', SampleRate: '8000', Text: text, TextType: 'text', VoiceId: voiceID };
  return { url: await getSynthesizeSpeechUrl({ client, params }) };
};
