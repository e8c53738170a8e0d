/** Geo and the user's own stacks. */
import assert from 'node:assert/strict';

/** @param {import('../row.mjs').Stacks} gen1 @param {string} property that only this kind of geo resource has */
const geoCallout = (gen1, property) =>
  gen1.find('Custom::LambdaCallout', ({ properties }) => property in properties).properties;

/** Frontends get what `addOutput` is given by the metadata of the root template. @param {import('../row.mjs').Subject} subject */
const outputOf = ({ files }) => files['amplify/geo/resource.ts'];

/** @type {import('../row.mjs').Row[]} */
export const rows = [
  {
    id: 'geo-map',
    page: 'Other categories: Geo (Map)',
    gen2: 'CfnMap, policies of the roles, addOutput({ geo: { maps } })',
    app: 'atlas',
    check(subject) {
      const { mapStyle } = geoCallout(subject.gen1, 'mapStyle');
      assert.deepEqual(subject.gen2.only('AWS::Location::Map').properties.Configuration, { Style: mapStyle });
      assert.match(outputOf(subject), /maps: \{/);
    },
    change: {
      file: 'src/generate/geo/mod.rs',
      from: '("style", Code::text(style))',
      to: '("style", Code::text(style.to_lowercase()))',
    },
  },
  {
    id: 'geo-place-index',
    page: 'Other categories: Geo (PlaceIndex)',
    gen2: 'CfnPlaceIndex, policies of the roles, addOutput({ geo: { search_indices } })',
    app: 'atlas',
    check(subject) {
      const was = geoCallout(subject.gen1, 'dataSourceIntendedUse');
      const { DataSource, DataSourceConfiguration } = subject.gen2.only('AWS::Location::PlaceIndex').properties;
      assert.equal(DataSource, was.dataSource);
      assert.deepEqual(DataSourceConfiguration, { IntendedUse: was.dataSourceIntendedUse });
      assert.match(outputOf(subject), /search_indices: \{/);
    },
    change: { file: 'src/generate/geo/output.rs', from: '"search_indices",', to: '"search_index",' },
  },
  {
    id: 'geo-geofence-collection',
    page: 'Other categories: Geo (GeofenceCollection)',
    gen2: 'CfnGeofenceCollection, rights of each group, a script that copies the geofences',
    app: 'atlas',
    check({ gen1, gen2, files }) {
      assert.match(geoCallout(gen1, 'collectionName').collectionName, /-prod$/);
      assert.match(gen2.only('AWS::Location::GeofenceCollection').properties.CollectionName, /-main$/);
      assert.match(files['amplify/geo/copy-geofences.mjs'], /batch-put-geofence/);
    },
    change: { file: 'src/generate/geo/mod.rs', from: 'geofences::generate(context, tree, findings)?;', to: '' },
  },
  {
    id: 'custom-cdk',
    page: 'Other categories: Custom (CDK)',
    gen2: 'CfnInclude of what the CDK code deployed, parameters as references to Gen 2 resources',
    app: 'atlas',
    check({ gen1, gen2 }) {
      const subscription = gen1.only('AWS::SNS::Subscription').properties;
      const now = gen2.only('AWS::SNS::Subscription').properties;
      assert.equal(now.Protocol, subscription.Protocol);
      const { logicalId } = gen2.find('AWS::Lambda::Function', ({ logicalId: id }) => id.startsWith('notifylambda'));
      assert.match(JSON.stringify(now.Endpoint), new RegExp(logicalId));
    },
    change: {
      file: 'src/generate/custom/mod.rs',
      from: 'has_values: !matches!(&values, Code::Object(entries) if entries.is_empty()),',
      to: 'has_values: false,',
    },
  },
  {
    id: 'custom-cloudformation',
    page: 'Other categories: Custom (CFN)',
    gen2: 'CfnInclude of the template, parameters as references, names of the branch',
    app: 'atlas',
    check({ gen1, gen2 }) {
      const settings = (/** @type {import('../row.mjs').Stacks} */ stacks) =>
        stacks.find('AWS::SSM::Parameter', ({ logicalId }) => logicalId === 'Settings').properties;
      assert.equal(settings(gen1).Name, '/atlas/archive');
      assert.equal(settings(gen2).Name, '/atlas/archive-main');
      assert.equal(settings(gen2).Type, settings(gen1).Type);
      assert.match(JSON.stringify(settings(gen2).Value), /orders/);
    },
    change: {
      file: 'src/generate/custom/mod.rs',
      from: '.method("addPropertyOverride", vec![Code::text(&physical.property), name]),',
      to: '.method("addPropertyOverride", vec![Code::text(""), name]),',
    },
  },
  {
    id: 'report-resources',
    page: 'Issue: report, what became what',
    gen2: 'migration-report.json and .html: each Gen 1 resource beside the code that it became',
    app: 'atlas',
    check({ report, files }) {
      assert.deepEqual(
        report.resources.filter(
          (/** @type {any} */ { category, gen2, copied, generate }) =>
            !['hosting'].includes(category) && gen2.length + copied.length === 0 && generate.status === 'supported',
        ),
        [],
      );
      assert.match(files['.amplify/gen2-migration/migration-report.html'], /What became what/);
    },
    change: {
      file: 'src/report/mod.rs',
      from: 'input.generated.tree.made_from(id)',
      to: 'input.generated.tree.made_from(id).take(0)',
    },
  },
  {
    id: 'report-permissions',
    page: 'Issue: report, permissions compared',
    gen2: 'every statement of Gen 1, given or not given with the reason',
    app: 'atlas',
    check({ report, gen1 }) {
      assert.ok(gen1.all('AWS::IAM::Policy').length > 0);
      assert.ok(report.permissions.length > 20);
      assert.deepEqual(
        report.permissions.filter((/** @type {any} */ one) =>
          one.notGivenBecause?.startsWith('nothing in the generated'),
        ),
        [],
      );
    },
    change: {
      file: 'src/generate/findings.rs',
      from: 'not_given_because: None,',
      to: 'not_given_because: Some("nothing in the generated backend".to_owned()),',
    },
  },
  {
    id: 'report-changes',
    page: 'Issue: report, what differs after the refactor',
    gen2: 'settings of moved resources that the first Gen 2 deployment changes',
    app: 'gallery',
    check({ report, gen1 }) {
      const pool = gen1.only('AWS::Cognito::UserPool').properties;
      assert.ok(pool.LambdaConfig.PostConfirmation);
      const told = report.changes.map((/** @type {any} */ one) => `${one.resourceType} ${one.property}`);
      // the address of the branch is among Gen 1's already
      assert.ok(!told.includes('AWS::Cognito::UserPoolClient CallbackURLs'), told.join('\n'));
      assert.ok(told.includes('AWS::Cognito::UserPool LambdaConfig.PostConfirmation'), told.join('\n'));
      assert.ok(told.includes('AWS::S3::Bucket NotificationConfiguration'), told.join('\n'));
    },
    change: {
      file: 'src/report/changes.rs',
      from: 'if redirects(auth, property).contains(&address) {',
      to: 'if !redirects(auth, property).contains(&address) {',
    },
  },
];
