/**
 * The demo's 23 customers: what each of them mostly does, and how much of it.
 */
export interface DemoCustomer {
  readonly externalId: string;
  readonly name: string;
  /** Relative share of all events. */
  readonly weight: number;
  /** Products by preference; the first is used most. */
  readonly products: readonly string[];
}

const customer = (name: string, weight: number, ...products: string[]): DemoCustomer => ({
  externalId: `demo-${name.toLowerCase().replace(/[^a-z0-9]+/g, '-')}`,
  name,
  weight,
  products,
});

export const CUSTOMERS: readonly DemoCustomer[] = [
  customer('Acme Corp', 18, 'chat_output', 'chat_input', 'images'),
  customer('Northwind AI', 10, 'video', 'speech', 'covers'),
  customer('Initech', 32, 'research', 'chat_input'),
  customer('Globex', 4, 'extraction', 'embeddings'),
  customer('Umbrella Labs', 12, 'scripts', 'covers', 'images'),
  customer('Meridian', 8, 'extraction', 'scripts'),
  customer('Kovan', 6, 'speech'),
  customer('Parallax', 7, 'covers', 'research'),
  customer('Terralux', 5, 'chat_output', 'transcripts'),
  customer('Blue Harbor', 4, 'moderation', 'images'),
  customer('Cinder & Pine', 3, 'covers', 'video'),
  customer('Dovetail Studio', 6, 'video'),
  customer('Elm Street Media', 3, 'transcripts', 'speech'),
  customer('Fathom Legal', 5, 'research', 'extraction'),
  customer('Granite Health', 4, 'extraction', 'chat_input'),
  customer('Halcyon Games', 9, 'images', 'moderation'),
  customer('Iris Analytics', 3, 'embeddings', 'chat_output'),
  customer('Juniper Learning', 5, 'chat_output', 'speech'),
  customer('Kestrel Travel', 2, 'chat_input', 'chat_output'),
  customer('Lumen Press', 3, 'scripts', 'images'),
  customer('Mosaic Retail', 6, 'moderation', 'embeddings'),
  customer('Nimbus Support', 11, 'chat_input', 'chat_output'),
  customer('Orchard Finance', 2, 'extraction', 'transcripts'),
];
