/**
 * A large app, put together from `metro` when it is needed: more tables, more groups, and a stack with more resources and a
 * larger template than fit into one page and one request. Everything is as the Gen 1 CLI would have left it.
 */
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const METRO = fileURLToPath(new URL('../apps/metro/', import.meta.url));
const TREES = ['gen1-project/amplify/backend', 'gen1-project/amplify/#current-cloud-backend'];

/**
 * Resource names and table names: Gen 2 writes most of the latter otherwise, and some tables are called as another resource
 * is. The table is that of `tariffs`.
 */
const TABLES = [
  ['tolls', 'Toll_Rates'],
  ['tollsarchive', 'Toll_Rates-archive'],
  ['permits', 'PERMITS'],
  ['badges', 'badges.v2'],
  ['rosters', 'rosters-of-all'],
  ['meters', 'meters'],
  ['metersold', 'meters_old'],
  ['class', 'class'],
  ['quotas', '_quotas_'],
  ['lanes', 'lanes'],
  ['wagons', 'buses'],
  ['buses', 'wagons'],
  ['1st', 'table1st'],
  ['table1st', '1st'],
];
const GROUPS = ['Drivers', 'Guards'];
/** Parameters of Systems Manager beside the bucket, as an `override.ts` could have added them. */
const NOTES = 120;
const NOTE_LENGTH = 3500;

/**
 * @param {string} appsDir folder that gets the app
 * @param {string} name of the app's folder
 */
export function makeLargeApp(appsDir, name) {
  const app = path.join(appsDir, name);
  fs.cpSync(METRO, app, { recursive: true });
  const files = fs
    .readdirSync(app, { recursive: true, withFileTypes: true, encoding: 'utf8' })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.json'))
    .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name));
  for (const [resource, table] of TABLES) addTable(app, files, resource, table);
  for (const group of GROUPS) addGroup(files, group);
  for (const file of files) listGroups(file);
  for (const file of files.filter(isOf('storage/documents', 'storagedocuments'))) editJson(file, addNotes);
}

/** @param {string} app @param {string[]} files @param {string} resource @param {string} table */
function addTable(app, files, resource, table) {
  const renamed = (/** @type {string} */ text) =>
    text
      .replaceAll('"tableName":"tariffs"', `"tableName":"${table}"`)
      .replaceAll('"ParameterValue":"tariffs"', `"ParameterValue":"${table}"`)
      .replaceAll('tariffs-prod', `${table}-prod`)
      .replaceAll('tariffs', resource);
  for (const tree of TREES) {
    for (const folder of ['storage', 'awscloudformation/build/storage']) {
      copyRenamed(path.join(app, tree, folder, 'tariffs'), path.join(app, tree, folder, resource), renamed);
    }
  }
  const stacks = path.join(app, 'deployed-stacks');
  for (const file of fs.readdirSync(stacks).filter((one) => one.includes('-storagetariffs-')))
    copyRenamed(path.join(stacks, file), path.join(stacks, renamed(file)), renamed);
  const cloned = (/** @type {unknown} */ value) => JSON.parse(renamed(JSON.stringify(value)));
  for (const file of files) {
    const base = path.basename(file);
    if (isRoot(file)) editJson(file, ({ Resources: all }) => (all[`storage${resource}`] = cloned(all.storagetariffs)));
    else if (base === 'amplify-meta.json' || base === 'backend-config.json')
      editJson(file, ({ storage }) => (storage[resource] = cloned(storage.tariffs)));
  }
}

/** @param {string[]} files @param {string} group */
function addGroup(files, group) {
  const renamed = (/** @type {unknown} */ value) =>
    JSON.parse(
      JSON.stringify(value)
        .replaceAll('Maintenance', group)
        .replace(/"Precedence":\d+/, '"Precedence":9'),
    );
  for (const file of files) {
    const base = path.basename(file);
    if (base === 'user-pool-group-precedence.json')
      editJson(file, (groups) => groups.push({ groupName: group, precedence: groups.length + 1 }));
    else if (base === 'amplify-meta.json')
      editJson(file, ({ auth }) => {
        const { output } = auth.userPoolGroups;
        output[`${group}GroupRole`] = renamed(output.MaintenanceGroupRole);
      });
    else if (isOf('auth/userPoolGroups', 'authuserPoolGroups')(file))
      editJson(file, ({ Resources: resources, Outputs: outputs }) => {
        for (const suffix of ['Group', 'GroupRole'])
          resources[`${group}${suffix}`] = renamed(resources[`Maintenance${suffix}`]);
        outputs[`${group}GroupRole`] = renamed(outputs.MaintenanceGroupRole);
      });
    else if (/authuserPoolGroups-\w+\.outputs\.json$/.test(base))
      editJson(file, (outputs) => outputs.push(renamed(outputs.at(-1))));
  }
}

/** The user pool's stack knows the groups as a list. @param {string} file */
function listGroups(file) {
  const text = fs.readFileSync(file, 'utf8');
  const listed = text
    .replaceAll('Admin,Planners,Maintenance', `Admin,Planners,Maintenance,${GROUPS}`)
    .replaceAll(
      '"Admin","Planners","Maintenance"',
      JSON.stringify(['Admin', 'Planners', 'Maintenance', ...GROUPS]).slice(1, -1),
    );
  if (listed !== text) fs.writeFileSync(file, listed);
}

/** Notes that refer to the bucket, so that they change with it. @param {any} template */
function addNotes({ Resources: resources }) {
  for (let index = 0; index < NOTES; index += 1) {
    const text = `note ${index} on the bucket. `.repeat(NOTE_LENGTH).slice(0, NOTE_LENGTH);
    resources[`Note${index}`] = {
      Type: 'AWS::SSM::Parameter',
      Properties: { Type: 'String', Value: { 'Fn::Sub': `\${S3Bucket}: ${text}` } },
    };
  }
}

/** The templates of a resource: in the trees of the project, and as it is deployed. @param {string} folder @param {string} stack */
function isOf(folder, stack) {
  return (/** @type {string} */ file) => {
    const place = file.split(path.sep).join('/');
    return (
      (place.includes(`/${folder}/`) && /cloudformation-template\.json$/.test(place)) ||
      (place.includes(`-${stack}-`) && place.endsWith('.template.json'))
    );
  };
}

/** @param {string} file */
function isRoot(file) {
  const base = path.basename(file);
  return base === 'root-cloudformation-stack.json' || /^amplify-[a-z]+-[a-z]+-\w{5}\.template\.json$/.test(base);
}

/** @param {string} file @param {(value: any) => void} change in place */
function editJson(file, change) {
  const value = JSON.parse(fs.readFileSync(file, 'utf8'));
  change(value);
  fs.writeFileSync(file, JSON.stringify(value));
}

/** @param {string} from @param {string} to @param {(text: string) => string} renamed */
function copyRenamed(from, to, renamed) {
  if (!fs.statSync(from).isDirectory()) return fs.writeFileSync(to, renamed(fs.readFileSync(from, 'utf8')));
  fs.mkdirSync(to, { recursive: true });
  for (const name of fs.readdirSync(from)) copyRenamed(path.join(from, name), path.join(to, renamed(name)), renamed);
}
