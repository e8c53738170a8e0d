/** Writes what the CLI made and what the stand-in cloud deployed into the layout of a sample app. */
import { createHash } from 'node:crypto';
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative, sep } from 'node:path';

/** What a developer's own machine adds and no repository holds; the resolver templates of a build would be hundreds of generated files. */
const LEFT_OUT = [
  /(^|\/)node_modules(\/|$)/,
  /(^|\/)package-lock\.json$/,
  /^\.git(\/|$)/,
  /^amplify\/\.config\/local-/,
  /^amplify\/(backend|#current-cloud-backend)\/api\/[^/]+\/build\/(functions|pipelineFunctions)(\/|$)/,
  // but for those that say who may use models without rules
  /^amplify\/(backend|#current-cloud-backend)\/api\/[^/]+\/build\/resolvers\/(?!Mutation\.create.*\.postAuth\.1\.req\.vtl$)/,
  /^amplify\/(backend|#current-cloud-backend)\/function\/[^/]+\/dist(\/|$)/,
  /^amplify\/backend\/\.temp(\/|$)/,
  /^amplify\/hooks(\/|$)/,
];

/**
 * The stand-in's ids that do not look like those of AWS, and what AWS would have given: API keys start with `da2-`, app client ids are in lower
 * case, the host of a GraphQL endpoint is another id than the API's.
 */
export function realisticIds(stackFiles) {
  const renamed = new Map();
  for (const [file, content] of stackFiles) {
    for (const { OutputKey: key, OutputValue: value } of file.endsWith('.outputs.json') ? JSON.parse(content) : []) {
      if (key === 'GraphQLAPIKeyOutput') {
        renamed.set(value, 'da2-fakeapikey000000000000000000');
      } else if (/^AppClientID(Web)?$/.test(key)) {
        renamed.set(value, value.toLowerCase());
      } else if (key === 'GraphQLAPIEndpointOutput') {
        renamed.set(value, value.replace(/^https:\/\/[^.]+/, (start) => `https://${base32Id(start)}`));
      }
    }
  }
  return renamed;
}

function base32Id(text) {
  const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';
  return [...createHash('sha256').update(text).digest()].slice(0, 26).map((byte) => alphabet[byte % 32]).join('');
}

export function rename(text, renamed) {
  return [...renamed].reduce((result, [from, to]) => result.replaceAll(from, to), text);
}

/** Rewrites every file below a folder in place. */
export function renameInFiles(folder, renamed) {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) {
      const path = join(entry.parentPath, entry.name);
      writeFileSync(path, rename(readFileSync(path, 'utf8'), renamed));
    }
  }
}

/** Files that the CLI and CloudFormation wrote, not the developer's own. */
const MADE = /(^|\/)(amplify\/(backend|#current-cloud-backend)|deployed-stacks)\/(?!function\/[^/]+\/(src|lib|opt)\/).*\.json$/;

/**
 * Makes an app of many models small: no white space in JSON, and no second copy of the compiled API in `amplify/backend/`, where git ignores
 * it in a real project too.
 */
export function makeSmall(folder) {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const relativePath = relative(folder, path).split(sep).join('/');
    if (entry.isDirectory() && /\/amplify\/backend\/api\/[^/]+\/build$/.test(relativePath)) {
      rmSync(path, { recursive: true });
    }
  }
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && MADE.test(relative(folder, path).split(sep).join('/'))) {
      writeFileSync(path, `${JSON.stringify(JSON.parse(readFileSync(path, 'utf8')))}\n`);
    }
  }
}

export function captureProject({ project, target }) {
  cpSync(project, target, {
    recursive: true,
    filter: (source) => {
      const path = relative(project, source).split(sep).join('/');
      return !LEFT_OUT.some((pattern) => pattern.test(path));
    },
  });
}

async function everyStack(client, commands, rootName) {
  const stacks = [];
  const visit = async (name) => {
    const { Stacks: [stack] } = await client.send(new commands.DescribeStacksCommand({ StackName: name }));
    stacks.push(stack);
    let token;
    do {
      const page = await client.send(new commands.ListStackResourcesCommand({ StackName: name, NextToken: token }));
      for (const resource of page.StackResourceSummaries) {
        if (resource.ResourceType === 'AWS::CloudFormation::Stack') {
          await visit(resource.PhysicalResourceId);
        }
      }
      token = page.NextToken;
    } while (token);
  };
  await visit(rootName);
  return stacks;
}

/** @returns {Promise<Map<string, string>>} file name and content, as in `deployed-stacks/` */
export async function captureStacks({ cli, endpoint, region, project }) {
  const commands = createRequire(join(cli, 'package.json'))('@aws-sdk/client-cloudformation');
  const client = new commands.CloudFormationClient({ endpoint, region, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } });
  const teams = JSON.parse(readFileSync(join(project, 'amplify', 'team-provider-info.json'), 'utf8'));
  const [environment] = Object.values(teams);
  const files = new Map();
  for (const stack of await everyStack(client, commands, environment.awscloudformation.StackName)) {
    const { TemplateBody: body } = await client.send(new commands.GetTemplateCommand({ StackName: stack.StackId, TemplateStage: 'Original' }));
    const template = JSON.parse(body);
    const parameters = (stack.Parameters ?? []).map(({ ParameterKey, ParameterValue }) => ({ ParameterKey, ParameterValue }));
    const outputs = (stack.Outputs ?? []).map(({ OutputKey, OutputValue, Description, ExportName }) => ({ OutputKey, OutputValue, Description, ExportName }));
    files.set(`${stack.StackName}.template.json`, `${JSON.stringify(template, null, 2)}\n`);
    files.set(`${stack.StackName}.parameters.json`, `${JSON.stringify(parameters, null, 2)}\n`);
    files.set(`${stack.StackName}.outputs.json`, `${JSON.stringify(outputs, null, 2)}\n`);
    files.set(`${stack.StackName}.description.txt`, template.Description ?? '');
  }
  return files;
}
