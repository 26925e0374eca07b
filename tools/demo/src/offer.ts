/**
 * What the demo's platform sells: a dozen products, priced by model, quality, length or piece.
 *
 * Prices and costs are invented, near what such things cost; nothing here is anybody's price list.
 */

/** How a task is priced for the customer and what it costs the platform. */
export interface Task {
  readonly product: string;
  readonly name: string;
  readonly eventType: string;
  readonly usageType: 'unit' | 'volume' | 'unit_and_volume';
  readonly volumeField?: string;
  readonly dimensions?: readonly string[];
  readonly asset?: string;
  /** Rows of the price list. */
  readonly rows: readonly PriceRow[];
  /** Which row's usage costs what at which vendor, per unit of volume (or per piece). */
  readonly costs: readonly CostRow[];
  /** Volumes of one event, from the smallest to the largest usual one. */
  readonly volume: readonly [number, number];
}

export interface PriceRow {
  readonly dimensions?: Readonly<Record<string, string>>;
  readonly unit_price?: string;
  readonly volume_rate?: string;
  readonly package_size?: string;
}

export interface CostRow {
  readonly dimensions: Readonly<Record<string, string>>;
  readonly vendor: string;
  readonly category: string;
  readonly perVolume: string;
}

export const VENDORS = [
  { external_id: 'openai', name: 'OpenAI' },
  { external_id: 'anthropic', name: 'Anthropic' },
  { external_id: 'google', name: 'Google' },
  { external_id: 'own-gpus', name: 'Own GPUs' },
] as const;

/** Video minutes are an asset of the platform's own, worth 0.10 USD each. */
export const VIDEO_MINUTES = {
  code: 'VMIN',
  name: 'Video minutes',
  precision: 3,
  rates: [{ source: 'USD', rate: '0.10' }],
} as const;

const tokens = (
  product: string,
  name: string,
  eventType: string,
  models: readonly (readonly [model: string, vendor: string, price: string, cost: string])[],
): Task => ({
  product,
  name,
  eventType,
  usageType: 'volume',
  volumeField: 'tokens',
  dimensions: ['model'],
  rows: models.map(([model, , price]) => ({
    dimensions: { model },
    volume_rate: price,
    package_size: '1000000',
  })),
  costs: models.map(([model, vendor, , cost]) => ({
    dimensions: { model },
    vendor,
    category: 'inference',
    perVolume: cost,
  })),
  volume: [400, 24_000],
});

export const TASKS: readonly Task[] = [
  tokens('chat_input', 'Chat, tokens in', 'chat_prompt', [
    ['sonnet', 'anthropic', '4.50', '0.000003'],
    ['haiku', 'anthropic', '1.60', '0.000001'],
    ['gpt', 'openai', '3.75', '0.0000025'],
    ['gemini', 'google', '1.90', '0.00000125'],
  ]),
  tokens('chat_output', 'Chat, tokens out', 'chat_answer', [
    ['sonnet', 'anthropic', '19.50', '0.000015'],
    ['haiku', 'anthropic', '6.50', '0.000005'],
    ['gpt', 'openai', '14.00', '0.00001'],
    ['gemini', 'google', '13.00', '0.00001'],
  ]),
  // Sold below what it costs on the large model: the table shows who uses it.
  tokens('research', 'Research', 'research_completed', [
    ['opus', 'anthropic', '60.00', '0.000075'],
    ['sonnet', 'anthropic', '30.00', '0.000015'],
  ]),
  tokens('extraction', 'Data extraction', 'data_extracted', [
    ['haiku', 'anthropic', '8.00', '0.000004'],
    ['own', 'own-gpus', '4.00', '0.0000009'],
  ]),
  tokens('embeddings', 'Embeddings', 'text_embedded', [
    ['small', 'openai', '0.05', '0.00000002'],
    ['own', 'own-gpus', '0.03', '0.000000008'],
  ]),
  {
    product: 'images',
    name: 'Images',
    eventType: 'image_generated',
    usageType: 'unit',
    dimensions: ['quality', 'size'],
    rows: [
      { dimensions: { quality: 'high', size: '*' }, unit_price: '0.17' },
      { dimensions: { quality: 'standard', size: 'large' }, unit_price: '0.07' },
      { dimensions: { quality: '*', size: '*' }, unit_price: '0.04' },
    ],
    costs: [
      {
        dimensions: { quality: 'high', size: 'large' },
        vendor: 'openai',
        category: 'images',
        perVolume: '0.12',
      },
      {
        dimensions: { quality: 'standard', size: 'large' },
        vendor: 'google',
        category: 'images',
        perVolume: '0.039',
      },
      {
        dimensions: { quality: 'draft', size: 'small' },
        vendor: 'own-gpus',
        category: 'gpu',
        perVolume: '0.006',
      },
    ],
    volume: [1, 1],
  },
  {
    product: 'covers',
    name: 'Cover images',
    eventType: 'cover_image_generated',
    usageType: 'unit',
    rows: [{ unit_price: '1.20' }],
    costs: [{ dimensions: {}, vendor: 'google', category: 'images', perVolume: '0.87' }],
    volume: [1, 1],
  },
  {
    product: 'video',
    name: 'Video',
    eventType: 'video_generated',
    usageType: 'volume',
    volumeField: 'minutes',
    dimensions: ['speed'],
    asset: VIDEO_MINUTES.code,
    rows: [
      { dimensions: { speed: 'fast' }, volume_rate: '2.5' },
      { dimensions: { speed: '*' }, volume_rate: '1' },
    ],
    costs: [
      { dimensions: { speed: 'fast' }, vendor: 'openai', category: 'video', perVolume: '0.18' },
      { dimensions: { speed: 'regular' }, vendor: 'own-gpus', category: 'gpu', perVolume: '0.055' },
    ],
    volume: [1, 6],
  },
  {
    product: 'speech',
    name: 'Speech',
    eventType: 'audio_generated',
    usageType: 'unit_and_volume',
    volumeField: 'seconds',
    rows: [{ unit_price: '0.01', volume_rate: '0.30', package_size: '60' }],
    costs: [{ dimensions: {}, vendor: 'google', category: 'audio', perVolume: '0.0062' }],
    volume: [10, 300],
  },
  {
    product: 'transcripts',
    name: 'Transcripts',
    eventType: 'audio_transcribed',
    usageType: 'volume',
    volumeField: 'seconds',
    rows: [{ volume_rate: '0.012', package_size: '60' }],
    costs: [{ dimensions: {}, vendor: 'openai', category: 'audio', perVolume: '0.0001' }],
    volume: [30, 3_600],
  },
  {
    product: 'scripts',
    name: 'Scripts',
    eventType: 'script_generated',
    usageType: 'unit',
    rows: [{ unit_price: '0.55' }],
    costs: [{ dimensions: {}, vendor: 'anthropic', category: 'inference', perVolume: '0.42' }],
    volume: [1, 1],
  },
  {
    product: 'moderation',
    name: 'Moderation',
    eventType: 'content_moderated',
    usageType: 'unit',
    rows: [{ unit_price: '0.0004' }],
    costs: [{ dimensions: {}, vendor: 'own-gpus', category: 'gpu', perVolume: '0.00007' }],
    volume: [1, 1],
  },
];

/** A task as the body of `POST /products`. */
export const productBody = (task: Task): object => ({
  name: task.name,
  code: `demo_${task.product}`,
  prices: [
    {
      name: task.name,
      type: 'usage_based',
      billing_model: { type: 'real_time' },
      usage_calculation: {
        event_type: task.eventType,
        usage_type: task.usageType,
        ...(task.volumeField !== undefined && { volume_field: task.volumeField }),
        ...(task.dimensions && { billable_dimensions: task.dimensions }),
      },
      pricing: [
        {
          asset: task.asset ?? 'USD',
          values: task.rows.map(({ dimensions, ...value }) =>
            dimensions ? { dimensions, values: [value] } : value,
          ),
        },
      ],
    },
  ],
  publish: true,
});
