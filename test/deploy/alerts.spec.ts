/** Alerts and dashboards ask for metrics that a running server has, and lead to pages that exist. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { type Json, type RunningServer, startServer } from '@kontor/testkit';
import { parse } from 'yaml';

const root = path.resolve(__dirname, '../..');
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly runbook: string };
}
const rules: readonly Rule[] = readdirSync(path.join(root, 'deploy/alerts')).flatMap((file) =>
  parse(read(`deploy/alerts/${file}`)).groups.flatMap((group: { rules: Rule[] }) => group.rules),
);
const dashboard: Json = JSON.parse(read('deploy/dashboards/kontor.json'));
const panels: readonly Json[] = dashboard.panels;

/** Names of metrics in a PromQL expression; `_bucket`, `_count` and `_sum` are of a histogram. */
const metricsIn = (expression: string): string[] =>
  [...expression.matchAll(/\b(?:kontor|process|nodejs)_[a-z0-9_]+/g)].map(([name]) =>
    name.replace(/_(bucket|count|sum)$/, ''),
  );
/** Only over Kafka: what a relay and its copying are. */
const ON_KAFKA_ONLY = /^kontor_relay_/;
/** Counters and gauges with labels have no line before their first value, but always their HELP. */
const knownIn = (text: string): Set<string> =>
  new Set([...text.matchAll(/^# HELP (\S+) /gm)].map(([, name]) => name!));

describe('deploy/alerts and deploy/dashboards', () => {
  let server: RunningServer;
  let known: Set<string>;
  beforeAll(async () => {
    server = await startServer();
    known = knownIn(await (await fetch(`${server.url}/metrics`)).text());
  }, 90_000);
  afterAll(async () => {
    await server.stop();
    server.remove();
  });

  it.each([
    ...rules.map(({ alert, expr }) => [alert, expr]),
    ...panels.flatMap(({ title, targets }) =>
      targets.map((target: Json) => [`panel ${title}`, target.expr]),
    ),
  ])('%s asks for metrics that the server has', (_name, expression) => {
    const names = metricsIn(expression as string).filter((name) => !ON_KAFKA_ONLY.test(name));
    expect(names.filter((name) => !known.has(name))).toEqual([]);
  });

  it('each alert says how bad it is, for how long, and leads to its runbook', () => {
    expect(rules.length).toBeGreaterThan(10);
    for (const { alert, labels, annotations, for: wait } of rules) {
      expect(['page', 'ticket']).toContain(labels.severity);
      expect(wait).toMatch(/^\d+[sm]$/);
      expect([alert, existsSync(path.join(root, annotations.runbook))]).toEqual([alert, true]);
      const page = read(annotations.runbook);
      expect(page).toContain(`\`${alert}\``);
      for (const part of ['## What it means', '## What to look at', '## What to do'])
        expect(page).toContain(part);
    }
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
  });

  it('each runbook belongs to an alert and links to pages that exist', () => {
    const folder = path.join(root, 'docs/runbooks');
    const pages = readdirSync(folder).filter((file) => file !== 'README.md');
    const used = new Set(rules.map(({ annotations }) => path.basename(annotations.runbook)));
    for (const file of pages) {
      const links = [...read(`docs/runbooks/${file}`).matchAll(/\]\(([^)#]+)\)/g)];
      for (const [, link] of links)
        expect([file, link, existsSync(path.join(folder, link!))]).toEqual([file, link, true]);
      // Other pages may be runbooks without an alert; of ours each has one.
      if (read(`docs/runbooks/${file}`).includes('\nAlerts: ')) expect([...used]).toContain(file);
    }
  });

  it('the dashboard shows what is alerted', () => {
    const shown = new Set(
      panels.flatMap(({ targets }) => targets.flatMap(({ expr }: Json) => metricsIn(expr))),
    );
    const alerted = new Set(rules.flatMap(({ expr }) => metricsIn(expr)));
    alerted.delete('kontor_consumer_running');
    expect([...alerted].filter((name) => !shown.has(name))).toEqual([]);
  });
});
