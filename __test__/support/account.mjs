/** Looks into an account of the stand-in cloud as a user with the AWS CLI would, without an SDK. */
import { setTimeout as sleep } from 'node:timers/promises';

/** Prefix of everything that the tool puts into a bucket. */
const OWN_PREFIX = 'gen2-migration/';
/** End of the key of a journal's copy. */
const JOURNAL = '/journal/journal.jsonl';

/** An account and region of a stand-in cloud. */
export class Account {
  /**
   * @param {string} endpoint
   * @param {{ region: string, accountId: string }} place
   */
  constructor(endpoint, { region, accountId }) {
    this.endpoint = endpoint;
    this.region = region;
    this.accountId = accountId;
  }

  /** Environment variables of an Amplify app, sorted by name. @param {string} appId @returns {Promise<Record<string, string>>} */
  async appVariables(appId) {
    const { app } = JSON.parse(await this.#get('amplify', `/apps/${appId}`));
    return Object.fromEntries(Object.entries(app.environmentVariables ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** Change sets of a stack that were not executed. @param {string} stack @returns {Promise<string[]>} */
  async openChangeSets(stack) {
    const xml = await this.#query('ListChangeSets', { StackName: stack });
    const members = xml.split('<member>').slice(1);
    return members
      .filter((member) => !member.includes('<ExecutionStatus>EXECUTE_COMPLETE<'))
      .map((member) => /<ChangeSetName>([^<]*)/.exec(member)?.[1] ?? '?');
  }

  /** Objects of the tool in a bucket, but for the copies of journals, which stay. @param {string} bucket @returns {Promise<string[]>} */
  async ownObjects(bucket) {
    const xml = await this.#get('s3', `/${bucket}?list-type=2&prefix=${OWN_PREFIX}`);
    const keys = [...xml.matchAll(/<Key>([^<]*)/g)].map(([, key]) => key);
    return keys.filter((key) => !key.endsWith(JOURNAL));
  }

  /** The copy of an environment's journal, line by line. @param {string} bucket @param {string} environment @returns {Promise<any[]>} */
  async journalCopy(bucket, environment) {
    const text = await this.#get('s3', `/${bucket}/${OWN_PREFIX}${environment}${JOURNAL}`);
    return text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
  }

  /** Puts other lines into the place of a journal's copy. @param {string} bucket @param {string} environment @param {any[]} lines */
  async writeJournalCopy(bucket, environment, lines) {
    const body = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
    await this.#object('PUT', bucket, `${OWN_PREFIX}${environment}${JOURNAL}`, body);
  }

  /** Removes a journal's copy. @param {string} bucket @param {string} environment */
  async removeJournalCopy(bucket, environment) {
    await this.#object('DELETE', bucket, `${OWN_PREFIX}${environment}${JOURNAL}`);
  }

  /** @param {string} method @param {string} bucket @param {string} key @param {string} [body] */
  async #object(method, bucket, key, body) {
    const headers = this.#authorization('s3');
    await this.#answer(await fetch(`${this.endpoint}/${bucket}/${key}`, { method, headers, body }));
  }

  /** Replaces the environment variables of an app. @param {string} appId @param {Record<string, string>} environmentVariables */
  async setAppVariables(appId, environmentVariables) {
    const headers = { 'content-type': 'application/json', ...this.#authorization('amplify') };
    const body = JSON.stringify({ environmentVariables });
    await this.#answer(await fetch(`${this.endpoint}/apps/${appId}`, { method: 'POST', headers, body }));
  }

  /** @param {string} stack @param {unknown} policy */
  async setStackPolicy(stack, policy) {
    await this.#query('SetStackPolicy', { StackName: stack, StackPolicyBody: JSON.stringify(policy) });
  }

  /**
   * Begins the creation of a stack.
   * @param {string} stack
   * @param {unknown} template
   * @param {Record<string, string>} [tags]
   */
  async createStack(stack, template, tags = {}) {
    await this.#query('CreateStack', {
      StackName: stack,
      TemplateBody: JSON.stringify(template),
      ...Object.fromEntries(tagParameters(tags)),
    });
  }

  /**
   * Leaves a stack in review: a change set that would create it and was never executed.
   * @param {string} stack
   * @param {unknown} template
   */
  async reviewStack(stack, template) {
    await this.#query('CreateChangeSet', {
      StackName: stack,
      ChangeSetName: 'never-executed',
      ChangeSetType: 'CREATE',
      TemplateBody: JSON.stringify(template),
    });
  }

  /**
   * Makes a stack that takes over one resource.
   * @param {string} stack
   * @param {{ type: string, logicalId: string, identifier: Record<string, string> }} resource
   */
  async importResource(stack, { type, logicalId, identifier }) {
    const template = { Resources: { [logicalId]: { Type: type, DeletionPolicy: 'Retain', Properties: identifier } } };
    const entries = Object.entries(identifier).flatMap(([key, value], index) => [
      [`ResourcesToImport.member.1.ResourceIdentifier.entry.${index + 1}.key`, key],
      [`ResourcesToImport.member.1.ResourceIdentifier.entry.${index + 1}.value`, value],
    ]);
    await this.#query('CreateChangeSet', {
      StackName: stack,
      ChangeSetName: 'take-over',
      ChangeSetType: 'IMPORT',
      TemplateBody: JSON.stringify(template),
      'ResourcesToImport.member.1.ResourceType': type,
      'ResourcesToImport.member.1.LogicalResourceId': logicalId,
      ...Object.fromEntries(entries),
    });
    await this.#query('ExecuteChangeSet', { StackName: stack, ChangeSetName: 'take-over' });
  }

  /**
   * Orders a stack refactor of two stacks, and waits until it is known whether it is possible.
   * @param {{ name: string, template: unknown }[]} definitions the stacks as they are to be
   * @returns {Promise<string>} its status, with the reason
   */
  async refactor(definitions) {
    const members = definitions.flatMap(({ name, template }, index) => [
      [`StackDefinitions.member.${index + 1}.StackName`, name],
      [`StackDefinitions.member.${index + 1}.TemplateBody`, JSON.stringify(template)],
    ]);
    const created = await this.#query('CreateStackRefactor', Object.fromEntries(members));
    const [, id] = /<StackRefactorId>([^<]*)/.exec(created) ?? [];
    for (;;) {
      const xml = await this.#query('DescribeStackRefactor', { StackRefactorId: String(id) });
      const [, status] = /<Status>([^<]*)/.exec(xml) ?? [];
      if (!status?.endsWith('_IN_PROGRESS')) return `${status}: ${/<StatusReason>([^<]*)/.exec(xml)?.[1] ?? ''}`;
      await sleep(10);
    }
  }

  /**
   * Begins an update of a stack, all parameters with their previous values but those that are given.
   * @param {string} stack
   * @param {unknown} template `null` for the one it has
   * @param {string[]} parameterKeys
   * @param {{ values?: Record<string, string>, tags?: Record<string, string> }} [options]
   */
  async updateStack(stack, template, parameterKeys, { values = {}, tags = {} } = {}) {
    const parameters = parameterKeys.flatMap((key, index) => [
      [`Parameters.member.${index + 1}.ParameterKey`, key],
      key in values
        ? [`Parameters.member.${index + 1}.ParameterValue`, values[key]]
        : [`Parameters.member.${index + 1}.UsePreviousValue`, 'true'],
    ]);
    await this.#query('UpdateStack', {
      StackName: stack,
      ...(template === null ? { UsePreviousTemplate: 'true' } : { TemplateBody: JSON.stringify(template) }),
      'Capabilities.member.1': 'CAPABILITY_NAMED_IAM',
      'Capabilities.member.2': 'CAPABILITY_AUTO_EXPAND',
      ...Object.fromEntries(parameters),
      ...Object.fromEntries(tagParameters(tags)),
    });
  }

  /** Begins the deletion of a stack. @param {string} stack */
  async deleteStack(stack) {
    await this.#query('DeleteStack', { StackName: stack });
  }

  /** @param {string} bucket @param {string} key @param {string} body */
  async putObject(bucket, key, body) {
    const headers = this.#authorization('s3');
    await this.#answer(await fetch(`${this.endpoint}/${bucket}/${key}`, { method: 'PUT', headers, body }));
  }

  /**
   * A call of a service that speaks JSON.
   * @param {string} service signing name
   * @param {string} target for example `AWSCognitoIdentityProviderService.DeleteUserPoolClient`
   * @param {unknown} parameters
   * @returns {Promise<any>}
   */
  async call(service, target, parameters) {
    const headers = {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': target,
      ...this.#authorization(service),
    };
    const body = JSON.stringify(parameters);
    const answer = await this.#answer(await fetch(this.endpoint, { method: 'POST', headers, body }));
    return answer ? JSON.parse(answer) : {};
  }

  /** @param {string} action @param {Record<string, string>} parameters */
  async #query(action, parameters) {
    const body = new URLSearchParams({ Action: action, Version: '2010-05-15', ...parameters });
    return this.#answer(
      await fetch(this.endpoint, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded', ...this.#authorization('cloudformation') },
        body,
      }),
    );
  }

  /** @param {string} service @param {string} route */
  async #get(service, route) {
    return this.#answer(await fetch(this.endpoint + route, { headers: this.#authorization(service) }));
  }

  /** @param {Response} response */
  async #answer(response) {
    const text = await response.text();
    if (!response.ok) throw new Error(`${response.url}: ${response.status} ${text}`);
    return text;
  }

  /** @param {string} service */
  #authorization(service) {
    const scope = `${this.accountId}/20260101/${this.region}/${service}/aws4_request`;
    return { authorization: `AWS4-HMAC-SHA256 Credential=${scope}` };
  }
}

/** @param {Record<string, string>} tags */
function tagParameters(tags) {
  return Object.entries(tags).flatMap(([key, value], index) => [
    [`Tags.member.${index + 1}.Key`, key],
    [`Tags.member.${index + 1}.Value`, value],
  ]);
}
