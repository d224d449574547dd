import { MODULE_FIELDS, type ModuleField } from './module-fields.ts';

/** The JSON Schema of a probe's configuration file. */
export function createSchema(): object {
  const fields = Object.entries<ModuleField>(MODULE_FIELDS);
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Configuration of opentelemetry-instrumentation-sse probe',
    type: 'object',
    additionalProperties: false,
    properties: {
      $schema: { type: 'string' },
      targets: {
        description:
          'What may be probed: URLs; one that ends with /* allows what is below.',
        type: 'array',
        items: { type: 'string', pattern: '^https?://' },
        uniqueItems: true,
      },
      modules: {
        description: 'How to probe, by names.',
        type: 'object',
        propertyNames: { pattern: '^[A-Za-z_][A-Za-z0-9_-]{0,39}$' },
        additionalProperties: {
          type: 'object',
          additionalProperties: false,
          properties: Object.fromEntries(
            fields.map(([name, field]) => [name, describeField(field)]),
          ),
        },
      },
    },
  };
}

function describeField(field: ModuleField): object {
  const { type, values, minimum, maximum, description } = field;
  const base = {
    description,
    ...(field.default !== undefined && { default: field.default }),
  };
  if (type === 'headers') {
    return {
      ...base,
      type: 'object',
      additionalProperties: { type: 'string' },
    };
  }
  return {
    ...base,
    type,
    ...(values && { enum: values }),
    ...(minimum !== undefined && { minimum }),
    ...(maximum !== undefined && { maximum }),
  };
}
