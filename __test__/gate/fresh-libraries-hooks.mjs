/**
 * Gives every synthesised project Amplify's own libraries anew: they count their `defineAuth` calls in static members and
 * allow one in a process. The CDK and the GraphQL transformer, which take the time, are CommonJS and stay loaded.
 */
const PROJECT = /\/gate\/work\/([^/]+)\/(?!.*\/node_modules\/)/;
const OF_PROJECT = /[?&]project=([^&]+)/;
const LIBRARY = /\/node_modules\/@aws-amplify\/backend(-[a-z]+)?\//;

export async function resolve(specifier, context, nextResolve) {
  const resolved = await nextResolve(specifier, context);
  const parent = context.parentURL ?? '';
  const project = OF_PROJECT.exec(parent)?.[1] ?? PROJECT.exec(parent)?.[1];
  if (!project || !resolved.url.startsWith('file:') || !LIBRARY.test(resolved.url)) return resolved;
  const url = new URL(resolved.url);
  url.searchParams.set('project', project);
  return { ...resolved, url: url.href };
}
