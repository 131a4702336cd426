// Checks a directory like deploy/, and then that this check finds what is wrong: in a copy with faults.
//
//   node check.mjs DEPLOY DOCS
import Ajv from 'ajv';
import { validate as dockerfileFaults } from 'dockerfile-utils';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { parse, parseAllDocuments } from 'yaml';

const PROFILES = ['embedded', 'postgres', 'cluster'];

/** All that is wrong, a line each. */
async function faults(deploy, docs) {
  return [
    ...composeFaults(path.join(deploy, 'compose.yaml')),
    ...(await manifestFaults(path.join(deploy, 'kubernetes'))),
    ...imageFaults(path.join(deploy, 'Dockerfile')),
    ...settingFaults(deploy, docs),
  ];
}

// The compose file.

function composeFaults(file) {
  const compose = parse(read(file), { merge: true });
  const validate = new Ajv({ strict: false, allErrors: true, validateSchema: false, validateFormats: false }).compile(composeSchema());
  const found = validate(compose) ? [] : validate.errors.map(schemaFault);
  const services = compose.services ?? {};
  for (const [name, service] of Object.entries(services)) {
    for (const needed of Object.keys(service.depends_on ?? {})) {
      for (const profile of service.profiles ?? []) {
        if (!services[needed]?.profiles?.includes(profile)) {
          found.push(`${name} depends on ${needed}, which is not in profile ${profile}`);
        }
      }
    }
    for (const secret of service.secrets ?? []) {
      if (!(secret in (compose.secrets ?? {}))) found.push(`${name} has the secret ${secret}, which is not declared`);
    }
    for (const volume of service.volumes ?? []) {
      const source = volume.split(':')[0];
      if (!(source in (compose.volumes ?? {}))) found.push(`${name} has the volume ${source}, which is not declared`);
    }
  }
  for (const profile of PROFILES) {
    if (!Object.values(services).some((service) => service.profiles?.includes(profile))) {
      found.push(`there is no profile ${profile}`);
    }
  }
  return found.map((fault) => `compose.yaml: ${fault}`);
}

/** That of the compose specification. */
function composeSchema() {
  return JSON.parse(read(path.join(packageRoot('dclint'), 'schemas', 'compose.schema.json')));
}

function schemaFault(error) {
  const what = error.params.additionalProperty ? ` (${error.params.additionalProperty})` : '';
  return `${error.instancePath || '/'} ${error.message}${what}`;
}

const HERE = path.dirname(fileURLToPath(import.meta.url));

function packageRoot(name) {
  return path.join(HERE, 'node_modules', name);
}

// The manifests.

async function manifestFaults(root) {
  const manifests = [];
  const found = [];
  for (const file of files(root).filter((name) => name.endsWith('.yaml'))) {
    const where = path.relative(path.dirname(root), file);
    if (path.basename(file) === 'kustomization.yaml') {
      found.push(...kustomizationFaults(file).map((fault) => `${where}: ${fault}`));
    } else {
      manifests.push(...resources(read(file)).map((resource) => ({ where, resource })));
    }
  }
  for (const profile of found.length === 0 ? PROFILES : []) {
    const overlay = path.join(root, 'overlays', profile);
    const rendered = spawnSync('kubectl', ['kustomize', overlay], { encoding: 'utf8' });
    if (rendered.error?.code === 'ENOENT') {
      notRendered = true;
    } else if (rendered.status !== 0) {
      found.push(`overlays/${profile}: ${rendered.stderr.trim()}`);
    } else {
      const where = `overlays/${profile}, rendered`;
      manifests.push(...resources(rendered.stdout).map((resource) => ({ where, resource })));
    }
  }
  for (const { where, resource } of manifests) {
    found.push(...(await valueFaults(resource)).concat(podFaults(resource)).map((fault) => `${where}: ${fault}`));
  }
  return [...found, ...fieldFaults(manifests)];
}

let notRendered = false;

function resources(text) {
  return parseAllDocuments(text).map((document) => document.toJS());
}

/** Of what it names, and of files beside it that it does not name. */
function kustomizationFaults(file) {
  const directory = path.dirname(file);
  const kustomization = parse(read(file));
  const named = [...(kustomization.resources ?? []), ...(kustomization.configMapGenerator ?? []).flatMap((map) => map.envs)];
  const present = fs.readdirSync(directory).filter((name) => name !== 'kustomization.yaml');
  return [
    ...named.filter((name) => !fs.existsSync(path.join(directory, name))).map((name) => `${name} is not there`),
    ...present.filter((name) => !named.includes(name)).map((name) => `${name} is not named`),
  ];
}

/** Types, formats, and what is required, as Kubernetes' schema of the kind has it. */
async function valueFaults(resource) {
  const { kind } = resource;
  try {
    const { [kind]: Model } = await import(modelOf(resource));
    new Model(resource).validate();
    return [];
  } catch (error) {
    return [`${kind}: ${error.message}`];
  }
}

function modelOf({ apiVersion, kind }) {
  return `kubernetes-models/${apiVersion}/${kind}`;
}

/** Fields that the schema does not know, which the validators above let pass: a compiler finds them by their types. */
function fieldFaults(manifests) {
  const text = manifests
    .map(({ resource }) => {
      const type = `import('${modelOf(resource)}').I${resource.kind}`;
      return `{ const it: ${type} = ${JSON.stringify(resource)}; }`;
    })
    .join('\n');
  const name = path.join(HERE, 'manifests.mts');
  const options = { noEmit: true, strict: true, skipLibCheck: true, types: [], module: ts.ModuleKind.NodeNext };
  const host = ts.createCompilerHost(options);
  const { fileExists, getSourceFile } = host;
  host.fileExists = (file) => file === name || fileExists(file);
  host.getSourceFile = (file, ...more) =>
    file === name ? ts.createSourceFile(file, text, ts.ScriptTarget.Latest) : getSourceFile(file, ...more);
  return ts.getPreEmitDiagnostics(ts.createProgram([name], options, host)).map((diagnostic) => {
    const line = diagnostic.file?.fileName === name ? diagnostic.file.getLineAndCharacterOfPosition(diagnostic.start).line : 0;
    return `${manifests[line].where}: ${ts.flattenDiagnosticMessageText(diagnostic.messageText, ' ')}`;
  });
}

/** A service named licet would have its port given to all pods as LICET_PORT, which is a setting. */
function podFaults({ kind, spec }) {
  const pod = spec?.template?.spec;
  return pod && pod.enableServiceLinks !== false ? [`${kind}: enableServiceLinks has to be false`] : [];
}

// The image.

function imageFaults(file) {
  return dockerfileFaults(read(file)).map((fault) => `Dockerfile:${fault.range.start.line + 1}: ${fault.message}`);
}

// Settings.

/** Variables and flags of the server that are named and do not exist. */
function settingFaults(deploy, docs) {
  const known = [...read(path.join(docs, 'settings.md')).matchAll(/^\| `([a-z-]+)` \| `(LICET_[A-Z_]+)` \|/gm)];
  const variables = new Set([...known.map((row) => row[2]), 'LICET_JAVA_OPTS']);
  const flags = new Set([...known.map((row) => row[1]), 'config']);
  const pages = ['deploying.md', 'sizing.md'].map((page) => path.join(docs, page));
  const ours = files(deploy).filter((file) => !file.startsWith(path.join(deploy, 'checking')));
  return [...ours, ...pages].flatMap((file) => {
    const text = read(file);
    const unknown = [
      ...[...text.matchAll(/\bLICET_[A-Z_]+\b/g)].map((found) => found[0]).filter((name) => !variables.has(name)),
      ...[...text.matchAll(/\blicet (?:serve|sink|doctor)\b((?:[^\n`]|\\\n)*)/g)]
        .flatMap((command) => [...command[1].matchAll(/--([a-z-]+)/g)].map((found) => found[1]))
        .filter((name) => !flags.has(name) && name !== 'json'),
    ];
    return unknown.map((name) => `${path.basename(file)}: there is no setting ${name}`);
  });
}

// Files.

function read(file) {
  return fs.readFileSync(file, 'utf8');
}

function files(directory) {
  return fs
    .readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.name !== 'node_modules' && entry.name !== 'secrets')
    .flatMap((entry) => {
      const file = path.join(directory, entry.name);
      return entry.isDirectory() ? files(file) : [file];
    });
}

// That it finds what is wrong.

/** Where, what is there, what is put there, and what has to be said of it. */
const BROKEN = [
  ['compose.yaml', 'stop_grace_period', 'stop_grace_periode', /compose\.yaml: \/services\/embedded .*\(stop_grace_periode\)/],
  ['compose.yaml', 'nofile: 65536', 'nofile: [1]', /compose\.yaml: \/services\/embedded\/ulimits\/nofile must be/],
  ['compose.yaml', 'KAFKA_NODE_ID: 1', 'KAFKA_NODE_ID: [1]', /compose\.yaml: \/services\/kafka-1\/environment/],
  ['compose.yaml', '    file: secrets/clickhouse-password', '    filed: secrets/clickhouse-password', /\(filed\)/],
  ['compose.yaml', '  sink-2-data:\n', '', /sink-2 has the volume sink-2-data, which is not declared/],
  ['compose.yaml', 'LICET_KAFKA:', 'LICET_KAFKAS:', /compose\.yaml: there is no setting LICET_KAFKAS/],
  ['Dockerfile', 'HEALTHCHECK', 'HEALTCHECK', /Dockerfile:\d+: .*HEALTCHECK/],
  ['kubernetes/base/service/service.yaml', 'targetPort: https', 'targetPorts: https', /service\.yaml: .*targetPorts/],
  ['kubernetes/base/servers/servers.yaml', 'readinessProbe', 'readynessProbe', /servers\.yaml: .*readynessProbe/],
  ['kubernetes/base/servers/disruption.yaml', 'policy/v1', 'policy/v7', /disruption\.yaml: PodDisruptionBudget/],
  ['kubernetes/base/sinks/sinks.yaml', 'storage: 20Gi', 'storage: 20 GB', /sinks\.yaml: StatefulSet: .*storage/],
  ['kubernetes/base/sinks/sinks.yaml', 'enableServiceLinks: false', '# none', /sinks\.yaml: .*enableServiceLinks/],
  ['kubernetes/overlays/embedded/server.yaml', 'replicas: 1', "replicas: '1'", /server\.yaml: StatefulSet: .*replicas/],
  ['kubernetes/overlays/embedded/kustomization.yaml', '- server.yaml', '- servers.yaml', /servers\.yaml is not there/],
  ['kubernetes/overlays/cluster/settings.env', 'LICET_POSTGRES=', 'LICET_POSTGRE=', /settings\.env: .*LICET_POSTGRE$/m],
];

/** Which of the faults that are put into a copy are not found. */
async function overlooked(deploy, docs) {
  const copy = fs.mkdtempSync(path.join(os.tmpdir(), 'licet-deploy-'));
  try {
    fs.cpSync(deploy, copy, { recursive: true, filter: (file) => !/node_modules|secrets$/.test(file) });
    for (const [name, good, bad] of BROKEN) {
      const file = path.join(copy, name);
      const text = read(file);
      if (!text.includes(good)) throw new Error(`${name} has no '${good}' to break`);
      fs.writeFileSync(file, text.replace(good, () => bad));
    }
    const found = await faults(copy, docs);
    return BROKEN.filter((broken) => !found.some((fault) => broken[3].test(fault)));
  } finally {
    fs.rmSync(copy, { recursive: true });
  }
}

const [deploy, docs] = process.argv.slice(2).map((argument) => path.resolve(argument));
const wrong = await faults(deploy, docs);
const missed = await overlooked(deploy, docs);
wrong.forEach((fault) => console.error(`deploy/${fault}`));
missed.forEach(([name, , bad]) => console.error(`this check overlooks '${bad}' in ${name}`));
if (wrong.length + missed.length > 0) process.exit(1);
if (notRendered) console.log('deploy/check: the overlays were not rendered, since there is no kubectl here');
console.log(`deploy/check: all is well, and each of ${BROKEN.length} faults in a copy is found`);
