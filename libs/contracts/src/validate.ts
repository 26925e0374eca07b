/**
 * Facts against their schemas. A validator is compiled at its first use, so that a process pays
 * only for the facts it writes.
 */
import Ajv2020, { type ValidateFunction } from 'ajv/dist/2020';
import { FACT_DEFINITIONS, SCHEMAS } from './generated';

export interface SchemaViolation {
  /** JSON pointer into the fact. */
  readonly pointer: string;
  readonly detail: string;
}

let ajv: Ajv2020 | undefined;
const compiled = new Map<string, ValidateFunction>();

/** The topic that holds facts of this type; undefined for a type that no schema defines. */
export const topicOfFactType = (type: string): string | undefined => FACT_DEFINITIONS[type]?.topic;

/** What is wrong with a fact, or undefined when it is as its schema says. */
export function violationOf(fact: { readonly type: string }): SchemaViolation | undefined {
  const validate = validatorOf(fact.type);
  if (!validate) return { pointer: '/type', detail: `unknown fact type ${fact.type}` };
  if (validate(fact)) return undefined;
  const [error] = validate.errors ?? [];
  return { pointer: error?.instancePath ?? '', detail: error?.message ?? 'invalid' };
}

function validatorOf(type: string): ValidateFunction | undefined {
  const known = compiled.get(type);
  if (known) return known;
  const definition = FACT_DEFINITIONS[type];
  if (!definition) return undefined;
  ajv ??= new Ajv2020({ strict: false, schemas: [...SCHEMAS] });
  const validate = ajv.compile({ $ref: definition.schema });
  compiled.set(type, validate);
  return validate;
}
