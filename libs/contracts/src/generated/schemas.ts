// Generated from schemas/ by `npm run generate`. Do not edit.

/** The JSON Schemas of schemas/events, by file, and where each fact type is defined. */
export const SCHEMAS: readonly object[] = [
  {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'https://kontor.dev/schemas/events/catalog.v1.yaml',
    title: 'CatalogV1',
    description:
      'Customers, subscriptions, products, versions, assets and rates. Key = platform. Names, emails and metadata of customers never enter a fact.',
    oneOf: [
      {
        $ref: '#/$defs/CustomerCreated',
      },
      {
        $ref: '#/$defs/CustomerExternalIdAssigned',
      },
      {
        $ref: '#/$defs/CustomerDetailsChanged',
      },
      {
        $ref: '#/$defs/CustomerPersonalDataErased',
      },
      {
        $ref: '#/$defs/SubscriptionCreated',
      },
      {
        $ref: '#/$defs/SubscriptionActivated',
      },
      {
        $ref: '#/$defs/SubscriptionDeactivated',
      },
      {
        $ref: '#/$defs/SubscriptionVersionChanged',
      },
      {
        $ref: '#/$defs/ProductCreated',
      },
      {
        $ref: '#/$defs/ProductVersionDrafted',
      },
      {
        $ref: '#/$defs/ProductVersionPublished',
      },
      {
        $ref: '#/$defs/ProductDefaultChanged',
      },
      {
        $ref: '#/$defs/ProductVersionArchived',
      },
      {
        $ref: '#/$defs/ProductArchived',
      },
      {
        $ref: '#/$defs/AssetCreated',
      },
      {
        $ref: '#/$defs/AssetRateSet',
      },
    ],
    $defs: {
      CustomerCreated: {
        type: 'object',
        additionalProperties: false,
        required: ['type', 'platform', 'mode', 'key', 'customerId', 'createdAt'],
        properties: {
          type: {
            const: 'catalog.customer-created',
          },
          platform: {
            type: 'string',
          },
          mode: {
            $ref: 'common.yaml#/$defs/Mode',
          },
          key: {
            type: 'string',
            description: 'Platform id.',
          },
          customerId: {
            type: 'string',
          },
          externalId: {
            $ref: 'common.yaml#/$defs/Name',
          },
          createdAt: {
            $ref: 'common.yaml#/$defs/Instant',
          },
        },
      },
      CustomerExternalIdAssigned: {
        type: 'object',
        additionalProperties: false,
        required: ['type', 'platform', 'mode', 'key', 'customerId', 'externalId', 'at'],
        properties: {
          type: {
            const: 'catalog.customer-external-id-assigned',
          },
          platform: {
            type: 'string',
          },
          mode: {
            $ref: 'common.yaml#/$defs/Mode',
          },
          key: {
            type: 'string',
            description: 'Platform id.',
          },
          customerId: {
            type: 'string',
          },
          externalId: {
            anyOf: [
              {
                $ref: 'common.yaml#/$defs/Name',
              },
              {
                type: 'null',
              },
            ],
          },
          at: {
            $ref: 'common.yaml#/$defs/Instant',
          },
        },
      },
      CustomerDetailsChanged: {
        type: 'object',
        additionalProperties: false,
        required: ['type', 'platform', 'mode', 'key', 'customerId', 'at'],
        properties: {
          type: {
            const: 'catalog.customer-details-changed',
          },
          platform: {
            type: 'string',
          },
          mode: {
            $ref: 'common.yaml#/$defs/Mode',
          },
          key: {
            type: 'string',
            description: 'Platform id.',
          },
          customerId: {
            type: 'string',
          },
          at: {
            $ref: 'common.yaml#/$defs/Instant',
          },
        },
      },
      CustomerPersonalDataErased: {
        type: 'object',
        additionalProperties: false,
        required: ['type', 'platform', 'mode', 'key', 'customerId', 'at'],
        properties: {
          type: {
            const: 'catalog.customer-personal-data-erased',
          },
          platform: {
            type: 'string',
          },
          mode: {
            $ref: 'common.yaml#/$defs/Mode',
          },
          key: {
            type: 'string',
            description: 'Platform id.',
          },
          customerId: {
            type: 'string',
          },
          at: {
            $ref: 'common.yaml#/$defs/Instant',
          },
        },
      },
      SubscriptionCreated: {
        type: 'object',
        additionalProperties: false,
        required: [
          'type',
          'platform',
          'mode',
          'key',
          'customerId',
          'subscriptionId',
          'products',
          'actsFrom',
          'createdAt',
        ],
        properties: {
          type: {
            const: 'catalog.subscription-created',
          },
          platform: {
            type: 'string',
          },
          mode: {
            $ref: 'common.yaml#/$defs/Mode',
          },
          key: {
            type: 'string',
            description: 'Platform id.',
          },
          customerId: {
            type: 'string',
          },
          subscriptionId: {
            type: 'string',
          },
          products: {
            type: 'array',
            minItems: 1,
            items: {
              $ref: '#/$defs/SubscribedProduct',
            },
          },
          actsFrom: {
            anyOf: [
              {
                $ref: 'common.yaml#/$defs/Instant',
              },
              {
                type: 'null',
              },
            ],
            description: 'Null = it also covers every instant before its creation.',
          },
          startsAt: {
            $ref: 'common.yaml#/$defs/Instant',
          },
          renewsAt: {
            $ref: 'common.yaml#/$defs/Instant',
          },
          createdAt: {
            $ref: 'common.yaml#/$defs/Instant',
          },
        },
      },
      SubscriptionActivated: {
        type: 'object',
        additionalProperties: false,
        required: ['type', 'platform', 'mode', 'key', 'customerId', 'subscriptionId', 'at'],
        properties: {
          type: {
            const: 'catalog.subscription-activated',
          },
          platform: {
            type: 'string',
          },
          mode: {
            $ref: 'common.yaml#/$defs/Mode',
          },
          key: {
            type: 'string',
            description: 'Platform id.',
          },
          customerId: {
            type: 'string',
          },
          subscriptionId: {
            type: 'string',
          },
          at: {
            $ref: 'common.yaml#/$defs/Instant',
          },
        },
      },
      SubscriptionDeactivated: {
        type: 'object',
        additionalProperties: false,
        required: ['type', 'platform', 'mode', 'key', 'customerId', 'subscriptionId', 'at'],
        properties: {
          type: {
            const: 'catalog.subscription-deactivated',
          },
          platform: {
            type: 'string',
          },
          mode: {
            $ref: 'common.yaml#/$defs/Mode',
          },
          key: {
            type: 'string',
            description: 'Platform id.',
          },
          customerId: {
            type: 'string',
          },
          subscriptionId: {
            type: 'string',
          },
          at: {
            $ref: 'common.yaml#/$defs/Instant',
          },
        },
      },
      SubscriptionVersionChanged: {
        type: 'object',
        additionalProperties: false,
        required: [
          'type',
          'platform',
          'mode',
          'key',
          'customerId',
          'subscriptionId',
          'productId',
          'version',
          'at',
        ],
        properties: {
          type: {
            const: 'catalog.subscription-version-changed',
          },
          platform: {
            type: 'string',
          },
          mode: {
            $ref: 'common.yaml#/$defs/Mode',
          },
          key: {
            type: 'string',
            description: 'Platform id.',
          },
          customerId: {
            type: 'string',
          },
          subscriptionId: {
            type: 'string',
          },
          productId: {
            type: 'string',
          },
          version: {
            type: 'integer',
            minimum: 1,
          },
          at: {
            $ref: 'common.yaml#/$defs/Instant',
          },
        },
      },
      ProductCreated: {
        type: 'object',
        additionalProperties: false,
        required: ['type', 'platform', 'mode', 'key', 'productId', 'code', 'name', 'createdAt'],
        properties: {
          type: {
            const: 'catalog.product-created',
          },
          platform: {
            type: 'string',
          },
          mode: {
            $ref: 'common.yaml#/$defs/Mode',
          },
          key: {
            type: 'string',
            description: 'Platform id.',
          },
          productId: {
            type: 'string',
          },
          code: {
            $ref: 'common.yaml#/$defs/Name',
          },
          name: {
            $ref: 'common.yaml#/$defs/Name',
          },
          description: {
            type: 'string',
            maxLength: 1000,
          },
          createdAt: {
            $ref: 'common.yaml#/$defs/Instant',
          },
        },
      },
      ProductVersionDrafted: {
        type: 'object',
        additionalProperties: false,
        required: [
          'type',
          'platform',
          'mode',
          'key',
          'productId',
          'code',
          'version',
          'prices',
          'createdAt',
        ],
        properties: {
          type: {
            const: 'catalog.product-version-drafted',
          },
          platform: {
            type: 'string',
          },
          mode: {
            $ref: 'common.yaml#/$defs/Mode',
          },
          key: {
            type: 'string',
            description: 'Platform id.',
          },
          productId: {
            type: 'string',
          },
          code: {
            $ref: 'common.yaml#/$defs/Name',
          },
          version: {
            type: 'integer',
            minimum: 1,
          },
          prices: {
            type: 'array',
            minItems: 1,
            maxItems: 100,
            items: {
              $ref: '#/$defs/Price',
            },
          },
          createdAt: {
            $ref: 'common.yaml#/$defs/Instant',
          },
        },
      },
      ProductVersionPublished: {
        type: 'object',
        additionalProperties: false,
        required: ['type', 'platform', 'mode', 'key', 'productId', 'version', 'at'],
        properties: {
          type: {
            const: 'catalog.product-version-published',
          },
          platform: {
            type: 'string',
          },
          mode: {
            $ref: 'common.yaml#/$defs/Mode',
          },
          key: {
            type: 'string',
            description: 'Platform id.',
          },
          productId: {
            type: 'string',
          },
          version: {
            type: 'integer',
            minimum: 1,
          },
          at: {
            $ref: 'common.yaml#/$defs/Instant',
          },
        },
      },
      ProductDefaultChanged: {
        type: 'object',
        additionalProperties: false,
        required: ['type', 'platform', 'mode', 'key', 'productId', 'version', 'at'],
        properties: {
          type: {
            const: 'catalog.product-default-changed',
          },
          platform: {
            type: 'string',
          },
          mode: {
            $ref: 'common.yaml#/$defs/Mode',
          },
          key: {
            type: 'string',
            description: 'Platform id.',
          },
          productId: {
            type: 'string',
          },
          version: {
            type: 'integer',
            minimum: 1,
          },
          at: {
            $ref: 'common.yaml#/$defs/Instant',
          },
        },
      },
      ProductVersionArchived: {
        type: 'object',
        description:
          'Subscribers keep the version. When it was the default, the product has none any more.',
        additionalProperties: false,
        required: ['type', 'platform', 'mode', 'key', 'productId', 'version', 'at'],
        properties: {
          type: {
            const: 'catalog.product-version-archived',
          },
          platform: {
            type: 'string',
          },
          mode: {
            $ref: 'common.yaml#/$defs/Mode',
          },
          key: {
            type: 'string',
            description: 'Platform id.',
          },
          productId: {
            type: 'string',
          },
          version: {
            type: 'integer',
            minimum: 1,
          },
          at: {
            $ref: 'common.yaml#/$defs/Instant',
          },
        },
      },
      ProductArchived: {
        type: 'object',
        description:
          'All its versions are archived and it has no default any more; subscribers keep theirs.',
        additionalProperties: false,
        required: ['type', 'platform', 'mode', 'key', 'productId', 'at'],
        properties: {
          type: {
            const: 'catalog.product-archived',
          },
          platform: {
            type: 'string',
          },
          mode: {
            $ref: 'common.yaml#/$defs/Mode',
          },
          key: {
            type: 'string',
            description: 'Platform id.',
          },
          productId: {
            type: 'string',
          },
          at: {
            $ref: 'common.yaml#/$defs/Instant',
          },
        },
      },
      AssetCreated: {
        type: 'object',
        additionalProperties: false,
        required: ['type', 'platform', 'mode', 'key', 'code', 'name', 'precision', 'createdAt'],
        properties: {
          type: {
            const: 'catalog.asset-created',
          },
          platform: {
            type: 'string',
          },
          mode: {
            $ref: 'common.yaml#/$defs/Mode',
          },
          key: {
            type: 'string',
            description: 'Platform id.',
          },
          code: {
            type: 'string',
          },
          name: {
            $ref: 'common.yaml#/$defs/Name',
          },
          precision: {
            type: 'integer',
            minimum: 0,
            maximum: 12,
          },
          symbol: {
            type: 'string',
          },
          label: {
            type: 'string',
          },
          createdAt: {
            $ref: 'common.yaml#/$defs/Instant',
          },
        },
      },
      AssetRateSet: {
        type: 'object',
        additionalProperties: false,
        required: [
          'type',
          'platform',
          'mode',
          'key',
          'asset',
          'source',
          'rate',
          'inverseRate',
          'validFrom',
          'at',
        ],
        properties: {
          type: {
            const: 'catalog.asset-rate-set',
          },
          platform: {
            type: 'string',
          },
          mode: {
            $ref: 'common.yaml#/$defs/Mode',
          },
          key: {
            type: 'string',
            description: 'Platform id.',
          },
          asset: {
            type: 'string',
          },
          source: {
            type: 'string',
            description: 'The currency in which one unit of the asset is priced.',
          },
          rate: {
            anyOf: [
              {
                $ref: 'common.yaml#/$defs/DecimalString',
              },
              {
                type: 'null',
              },
            ],
            description:
              'Price of one unit in the source currency; exactly one of rate and inverseRate is given.',
          },
          inverseRate: {
            anyOf: [
              {
                $ref: 'common.yaml#/$defs/DecimalString',
              },
              {
                type: 'null',
              },
            ],
            description: 'Units per one unit of the source currency.',
          },
          validFrom: {
            $ref: 'common.yaml#/$defs/Instant',
            description:
              'It closes the rate before it; a later fact of the same asset, source and validFrom replaces this one.',
          },
          validTo: {
            $ref: 'common.yaml#/$defs/Instant',
          },
          at: {
            $ref: 'common.yaml#/$defs/Instant',
          },
        },
      },
      SubscribedProduct: {
        type: 'object',
        additionalProperties: false,
        required: ['productId', 'code', 'version'],
        properties: {
          productId: {
            type: 'string',
          },
          code: {
            type: 'string',
          },
          version: {
            type: 'integer',
            minimum: 1,
          },
        },
      },
      Price: {
        type: 'object',
        additionalProperties: false,
        required: ['priceId', 'name', 'eventType', 'usageType', 'billableDimensions', 'pricing'],
        properties: {
          priceId: {
            type: 'string',
          },
          name: {
            type: 'string',
          },
          eventType: {
            type: 'string',
          },
          usageType: {
            type: 'string',
            enum: ['unit', 'volume', 'unit_and_volume'],
          },
          volumeField: {
            type: 'string',
          },
          sourceReferenceField: {
            type: 'string',
          },
          billableDimensions: {
            type: 'array',
            items: {
              type: 'string',
            },
          },
          pricing: {
            type: 'array',
            minItems: 1,
            items: {
              $ref: '#/$defs/AssetPricing',
            },
          },
        },
      },
      AssetPricing: {
        type: 'object',
        additionalProperties: false,
        required: ['asset', 'blocks'],
        properties: {
          asset: {
            type: 'string',
          },
          blocks: {
            type: 'array',
            minItems: 1,
            items: {
              $ref: '#/$defs/PriceBlock',
            },
          },
        },
      },
      PriceBlock: {
        type: 'object',
        description:
          'One row of a price list. A plain value (not a block of dimensions) has no `dimensions`.',
        additionalProperties: false,
        required: ['value'],
        properties: {
          name: {
            type: 'string',
          },
          dimensions: {
            type: 'object',
            additionalProperties: {
              type: 'string',
            },
          },
          value: {
            $ref: '#/$defs/PriceValue',
          },
        },
      },
      PriceValue: {
        type: 'object',
        additionalProperties: false,
        properties: {
          name: {
            type: 'string',
          },
          unitPrice: {
            $ref: 'common.yaml#/$defs/DecimalString',
          },
          volumeRate: {
            $ref: 'common.yaml#/$defs/DecimalString',
          },
          packageSize: {
            $ref: 'common.yaml#/$defs/DecimalString',
          },
        },
      },
    },
  },
  {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'https://kontor.dev/schemas/events/common.yaml',
    title: 'Common',
    description: 'Building blocks of every fact.',
    $defs: {
      Mode: {
        type: 'string',
        enum: ['live', 'test'],
      },
      DecimalString: {
        type: 'string',
        pattern: '^-?(0|[1-9][0-9]*)(\\.[0-9]*[1-9])?$',
        description: 'Plain digits, no exponent, no trailing zeros.',
      },
      Instant: {
        type: 'string',
        pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{6}Z$',
        description: 'UTC with exactly six fractional digits, so that texts sort as instants do.',
      },
      Uuid: {
        type: 'string',
        pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$',
      },
      Name: {
        type: 'string',
        minLength: 1,
        maxLength: 255,
      },
      Position: {
        type: 'integer',
        minimum: 0,
      },
    },
  },
  {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'https://kontor.dev/schemas/events/cost.attributed.v1.yaml',
    title: 'CostAttributedV1',
    description:
      'For every usage fact its costs, normalised and converted (possibly none). Key = customer id.',
    oneOf: [
      {
        $ref: '#/$defs/UsageCostsAttributed',
      },
      {
        $ref: '#/$defs/UsageCostsReversed',
      },
    ],
    $defs: {
      UsageCostsAttributed: {
        type: 'object',
        additionalProperties: false,
        required: [
          'type',
          'platform',
          'mode',
          'key',
          'eventId',
          'occurredAt',
          'catalogHead',
          'costCatalogHead',
          'reportingCurrency',
          'costs',
        ],
        properties: {
          type: {
            const: 'cost.usage-costs-attributed',
          },
          platform: {
            type: 'string',
          },
          mode: {
            $ref: 'common.yaml#/$defs/Mode',
          },
          key: {
            type: 'string',
            description: 'Customer id.',
          },
          eventId: {
            $ref: 'common.yaml#/$defs/Uuid',
          },
          occurredAt: {
            $ref: 'common.yaml#/$defs/Instant',
          },
          subject: {
            $ref: 'common.yaml#/$defs/Name',
          },
          catalogHead: {
            $ref: 'common.yaml#/$defs/Position',
          },
          costCatalogHead: {
            $ref: 'common.yaml#/$defs/Position',
          },
          reportingCurrency: {
            type: 'string',
          },
          costs: {
            type: 'array',
            items: {
              $ref: '#/$defs/AttributedCost',
            },
          },
        },
      },
      UsageCostsReversed: {
        type: 'object',
        description:
          "The answer to a reversal of usage. Behind the event's costs, in the same partition.",
        additionalProperties: false,
        required: ['type', 'platform', 'mode', 'key', 'eventId', 'costs', 'recordedAt'],
        properties: {
          type: {
            const: 'cost.usage-costs-reversed',
          },
          platform: {
            type: 'string',
          },
          mode: {
            $ref: 'common.yaml#/$defs/Mode',
          },
          key: {
            type: 'string',
            description: 'Customer id.',
          },
          eventId: {
            $ref: 'common.yaml#/$defs/Uuid',
          },
          costs: {
            type: 'boolean',
            description: "Whether the event's costs are taken back; false = they stay.",
          },
          recordedAt: {
            $ref: 'common.yaml#/$defs/Instant',
            description: 'When the reversal was accepted.',
          },
        },
      },
      AttributedCost: {
        type: 'object',
        additionalProperties: false,
        required: ['costId', 'vendorId', 'amount', 'currency', 'rate', 'converted'],
        properties: {
          costId: {
            $ref: 'common.yaml#/$defs/Uuid',
          },
          vendorId: {
            type: 'string',
          },
          category: {
            type: 'string',
          },
          amount: {
            $ref: 'common.yaml#/$defs/DecimalString',
          },
          currency: {
            type: 'string',
          },
          rate: {
            anyOf: [
              {
                $ref: 'common.yaml#/$defs/DecimalString',
              },
              {
                type: 'null',
              },
            ],
          },
          converted: {
            anyOf: [
              {
                $ref: 'common.yaml#/$defs/DecimalString',
              },
              {
                type: 'null',
              },
            ],
            description: 'In the reporting currency; null when no rate is known.',
          },
        },
      },
    },
  },
  {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'https://kontor.dev/schemas/events/cost.catalog.v1.yaml',
    title: 'CostCatalogV1',
    description: 'Vendors. Key = platform.',
    oneOf: [
      {
        $ref: '#/$defs/VendorCreated',
      },
    ],
    $defs: {
      VendorCreated: {
        type: 'object',
        additionalProperties: false,
        required: ['type', 'platform', 'mode', 'key', 'vendorId', 'name', 'createdAt'],
        properties: {
          type: {
            const: 'cost.vendor-created',
          },
          platform: {
            type: 'string',
          },
          mode: {
            $ref: 'common.yaml#/$defs/Mode',
          },
          key: {
            type: 'string',
            description: 'Platform id.',
          },
          vendorId: {
            type: 'string',
          },
          name: {
            $ref: 'common.yaml#/$defs/Name',
          },
          externalId: {
            $ref: 'common.yaml#/$defs/Name',
          },
          createdAt: {
            $ref: 'common.yaml#/$defs/Instant',
          },
        },
      },
    },
  },
  {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'https://kontor.dev/schemas/events/rating.rated.v1.yaml',
    title: 'RatingRatedV1',
    description:
      'For every usage fact its fees, or why there are none. Key = customer id. No wall clock in it, so rating the same facts again gives the same bytes.',
    oneOf: [
      {
        $ref: '#/$defs/UsageRated',
      },
      {
        $ref: '#/$defs/UsageRatingReversed',
      },
    ],
    $defs: {
      UsageRated: {
        type: 'object',
        additionalProperties: false,
        required: [
          'type',
          'platform',
          'mode',
          'key',
          'eventId',
          'eventType',
          'occurredAt',
          'recordedAt',
          'catalogHead',
          'reportingCurrency',
          'fees',
        ],
        properties: {
          type: {
            const: 'rating.usage-rated',
          },
          platform: {
            type: 'string',
          },
          mode: {
            $ref: 'common.yaml#/$defs/Mode',
          },
          key: {
            type: 'string',
            description: 'Customer id.',
          },
          eventId: {
            $ref: 'common.yaml#/$defs/Uuid',
          },
          eventType: {
            $ref: 'common.yaml#/$defs/Name',
          },
          occurredAt: {
            $ref: 'common.yaml#/$defs/Instant',
          },
          recordedAt: {
            $ref: 'common.yaml#/$defs/Instant',
            description: 'When the usage was accepted.',
          },
          subject: {
            $ref: 'common.yaml#/$defs/Name',
          },
          catalogHead: {
            $ref: 'common.yaml#/$defs/Position',
            description: 'The catalog that it was priced with.',
          },
          reportingCurrency: {
            type: 'string',
          },
          fees: {
            type: 'array',
            items: {
              $ref: '#/$defs/RatedFee',
            },
          },
          unratedReason: {
            type: 'string',
            enum: [
              'no_subscription',
              'no_matching_price',
              'volume_field_missing',
              'volume_field_invalid',
              'no_matching_dimension',
              'cost_only',
            ],
          },
          authorizationId: {
            type: 'string',
          },
          authorizationFinal: {
            type: 'boolean',
          },
        },
      },
      UsageRatingReversed: {
        type: 'object',
        description:
          'The fees of a rated event are taken back. Behind its rating, in the same partition.',
        additionalProperties: false,
        required: ['type', 'platform', 'mode', 'key', 'eventId', 'reason', 'feeIds', 'recordedAt'],
        properties: {
          type: {
            const: 'rating.usage-reversed',
          },
          platform: {
            type: 'string',
          },
          mode: {
            $ref: 'common.yaml#/$defs/Mode',
          },
          key: {
            type: 'string',
            description: 'Customer id.',
          },
          eventId: {
            $ref: 'common.yaml#/$defs/Uuid',
          },
          reason: {
            type: 'string',
            maxLength: 1000,
          },
          feeIds: {
            type: 'array',
            description:
              'Every fee that the event may have had, one for each price of its type in any product version that the customer ever held; most often more than it had. None when only costs are reversed.',
            items: {
              type: 'string',
            },
          },
          recordedAt: {
            $ref: 'common.yaml#/$defs/Instant',
            description: 'When the reversal was accepted.',
          },
        },
      },
      RatedFee: {
        type: 'object',
        additionalProperties: false,
        required: [
          'feeId',
          'productId',
          'productCode',
          'productVersion',
          'priceId',
          'priceName',
          'usageType',
          'alternatives',
        ],
        properties: {
          feeId: {
            type: 'string',
          },
          productId: {
            type: 'string',
          },
          productCode: {
            type: 'string',
          },
          productVersion: {
            type: 'integer',
          },
          priceId: {
            type: 'string',
          },
          priceName: {
            type: 'string',
          },
          usageType: {
            type: 'string',
            enum: ['unit', 'volume', 'unit_and_volume'],
          },
          volumeField: {
            type: 'string',
          },
          dimensions: {
            type: 'object',
            additionalProperties: {
              type: 'string',
            },
            description: 'The billable dimensions that the event has.',
          },
          alternatives: {
            type: 'array',
            minItems: 1,
            description:
              "The fee in each listed asset, in the price's order; the ledger chooses one.",
            items: {
              $ref: '#/$defs/FeeAlternative',
            },
          },
        },
      },
      FeeAlternative: {
        type: 'object',
        additionalProperties: false,
        required: ['asset', 'amount', 'fiatRate', 'fiatValue', 'description'],
        properties: {
          asset: {
            type: 'string',
          },
          amount: {
            $ref: 'common.yaml#/$defs/DecimalString',
          },
          inputVolume: {
            $ref: 'common.yaml#/$defs/DecimalString',
          },
          volumeRate: {
            $ref: 'common.yaml#/$defs/DecimalString',
          },
          packageSize: {
            $ref: 'common.yaml#/$defs/DecimalString',
          },
          units: {
            $ref: 'common.yaml#/$defs/DecimalString',
          },
          unitPrice: {
            $ref: 'common.yaml#/$defs/DecimalString',
          },
          description: {
            type: 'string',
          },
          fiatRate: {
            anyOf: [
              {
                $ref: 'common.yaml#/$defs/DecimalString',
              },
              {
                type: 'null',
              },
            ],
            description: 'Price of one unit in the reporting currency at occurredAt.',
          },
          fiatValue: {
            anyOf: [
              {
                $ref: 'common.yaml#/$defs/DecimalString',
              },
              {
                type: 'null',
              },
            ],
            description: 'Null when the asset has no rate.',
          },
        },
      },
    },
  },
  {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'https://kontor.dev/schemas/events/usage.recorded.v1.yaml',
    title: 'UsageRecordedV1',
    description: 'Accepted usage with its costs, and what was reversed of it. Key = customer id.',
    oneOf: [
      {
        $ref: '#/$defs/UsageRecorded',
      },
      {
        $ref: '#/$defs/UsageReversed',
      },
    ],
    $defs: {
      UsageRecorded: {
        type: 'object',
        additionalProperties: false,
        required: [
          'type',
          'platform',
          'mode',
          'key',
          'eventId',
          'eventType',
          'occurredAt',
          'occurredAtText',
          'recordedAt',
          'heads',
        ],
        properties: {
          type: {
            const: 'usage.recorded',
          },
          platform: {
            type: 'string',
          },
          mode: {
            $ref: 'common.yaml#/$defs/Mode',
          },
          key: {
            type: 'string',
            description: 'Customer id.',
          },
          eventId: {
            $ref: 'common.yaml#/$defs/Uuid',
          },
          eventType: {
            $ref: 'common.yaml#/$defs/Name',
          },
          occurredAt: {
            $ref: 'common.yaml#/$defs/Instant',
          },
          occurredAtText: {
            type: 'string',
            description: 'As the client sent it.',
          },
          recordedAt: {
            $ref: 'common.yaml#/$defs/Instant',
          },
          subject: {
            $ref: 'common.yaml#/$defs/Name',
          },
          description: {
            type: 'string',
            maxLength: 1000,
          },
          data: {
            type: 'object',
            description: 'As the client sent it; absent for an event of costs only.',
          },
          costs: {
            type: 'array',
            maxItems: 100,
            items: {
              $ref: '#/$defs/UsageCost',
            },
          },
          authorizationId: {
            type: 'string',
          },
          authorizationFinal: {
            type: 'boolean',
          },
          heads: {
            $ref: '#/$defs/CatalogHeads',
          },
        },
      },
      UsageReversed: {
        type: 'object',
        description:
          'The fees of an accepted event, and its costs when that is said, are taken back. Always behind its usage, in the same partition.',
        additionalProperties: false,
        required: [
          'type',
          'platform',
          'mode',
          'key',
          'eventId',
          'eventType',
          'reason',
          'fees',
          'costs',
          'recordedAt',
        ],
        properties: {
          type: {
            const: 'usage.reversed',
          },
          platform: {
            type: 'string',
          },
          mode: {
            $ref: 'common.yaml#/$defs/Mode',
          },
          key: {
            type: 'string',
            description: 'Customer id.',
          },
          eventId: {
            $ref: 'common.yaml#/$defs/Uuid',
          },
          eventType: {
            $ref: 'common.yaml#/$defs/Name',
          },
          reason: {
            type: 'string',
            maxLength: 1000,
          },
          fees: {
            type: 'boolean',
            description: 'False when the fees were reversed before and the costs follow.',
          },
          costs: {
            type: 'boolean',
          },
          recordedAt: {
            $ref: 'common.yaml#/$defs/Instant',
          },
        },
      },
      UsageCost: {
        type: 'object',
        additionalProperties: false,
        required: ['costId', 'vendorId', 'amount', 'currency', 'sent'],
        properties: {
          costId: {
            $ref: 'common.yaml#/$defs/Uuid',
          },
          vendorId: {
            type: 'string',
          },
          category: {
            type: 'string',
          },
          amount: {
            $ref: 'common.yaml#/$defs/DecimalString',
          },
          currency: {
            type: 'string',
          },
          sent: {
            type: 'object',
            description: 'The cost as the client sent it',
            'echoed on reads.': null,
          },
        },
      },
      CatalogHeads: {
        type: 'object',
        description:
          'What the owners had published when the usage was accepted; rating and cost attribution wait for it.',
        additionalProperties: false,
        required: ['catalog', 'costCatalog'],
        properties: {
          catalog: {
            $ref: 'common.yaml#/$defs/Position',
          },
          costCatalog: {
            $ref: 'common.yaml#/$defs/Position',
          },
        },
      },
    },
  },
  {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'https://kontor.dev/schemas/events/wallet.posted.v1.yaml',
    title: 'WalletPostedV1',
    description:
      'What moved in a wallet, with the legs (they sum to zero per asset) and the lots. Key = customer id.',
    oneOf: [
      {
        $ref: '#/$defs/AccountOpened',
      },
      {
        $ref: '#/$defs/FundsCredited',
      },
      {
        $ref: '#/$defs/FundsDebited',
      },
      {
        $ref: '#/$defs/FeeDebited',
      },
      {
        $ref: '#/$defs/GrantActivated',
      },
      {
        $ref: '#/$defs/GrantExpired',
      },
      {
        $ref: '#/$defs/OverdraftSet',
      },
      {
        $ref: '#/$defs/FundsCharged',
      },
      {
        $ref: '#/$defs/HoldPlaced',
      },
      {
        $ref: '#/$defs/HoldCaptured',
      },
      {
        $ref: '#/$defs/HoldReleased',
      },
      {
        $ref: '#/$defs/AuthorizationUsed',
      },
      {
        $ref: '#/$defs/FeeReversed',
      },
    ],
    $defs: {
      AccountOpened: {
        type: 'object',
        additionalProperties: false,
        required: ['type', 'platform', 'mode', 'key', 'accountId', 'name', 'asset', 'at', 'legs'],
        properties: {
          type: {
            const: 'wallet.account-opened',
          },
          platform: {
            type: 'string',
          },
          mode: {
            $ref: 'common.yaml#/$defs/Mode',
          },
          key: {
            type: 'string',
            description: 'Customer id.',
          },
          accountId: {
            type: 'string',
          },
          name: {
            $ref: 'common.yaml#/$defs/Name',
          },
          asset: {
            type: 'string',
          },
          at: {
            $ref: 'common.yaml#/$defs/Instant',
          },
          legs: {
            type: 'array',
            items: {
              $ref: '#/$defs/Leg',
            },
          },
        },
      },
      FundsCredited: {
        type: 'object',
        additionalProperties: false,
        required: [
          'type',
          'platform',
          'mode',
          'key',
          'transactionId',
          'accountId',
          'asset',
          'amount',
          'reason',
          'grant',
          'repaid',
          'balance',
          'at',
          'legs',
        ],
        properties: {
          type: {
            const: 'wallet.funds-credited',
          },
          platform: {
            type: 'string',
          },
          mode: {
            $ref: 'common.yaml#/$defs/Mode',
          },
          key: {
            type: 'string',
            description: 'Customer id.',
          },
          transactionId: {
            type: 'string',
          },
          accountId: {
            type: 'string',
          },
          asset: {
            type: 'string',
          },
          amount: {
            $ref: 'common.yaml#/$defs/DecimalString',
          },
          reason: {
            type: 'string',
            enum: ['gift', 'external_topup', 'external_refund', 'other', 'correction', 'migration'],
          },
          description: {
            type: 'string',
            maxLength: 1000,
          },
          metadata: {
            type: 'object',
          },
          grant: {
            $ref: '#/$defs/Grant',
          },
          repaid: {
            type: 'array',
            description: 'Stretches of debt that this credit paid at once, oldest first.',
            items: {
              $ref: '#/$defs/DebtStretch',
            },
          },
          balance: {
            $ref: 'common.yaml#/$defs/DecimalString',
          },
          at: {
            $ref: 'common.yaml#/$defs/Instant',
          },
          legs: {
            type: 'array',
            items: {
              $ref: '#/$defs/Leg',
            },
          },
        },
      },
      FundsDebited: {
        type: 'object',
        additionalProperties: false,
        required: [
          'type',
          'platform',
          'mode',
          'key',
          'transactionId',
          'accountId',
          'asset',
          'amount',
          'reason',
          'takes',
          'debt',
          'balance',
          'at',
          'legs',
        ],
        properties: {
          type: {
            const: 'wallet.funds-debited',
          },
          platform: {
            type: 'string',
          },
          mode: {
            $ref: 'common.yaml#/$defs/Mode',
          },
          key: {
            type: 'string',
            description: 'Customer id.',
          },
          transactionId: {
            type: 'string',
          },
          accountId: {
            type: 'string',
          },
          asset: {
            type: 'string',
          },
          amount: {
            $ref: 'common.yaml#/$defs/DecimalString',
            description: 'Greater than zero; what the negative adjustment took.',
          },
          reason: {
            type: 'string',
            enum: ['gift', 'external_topup', 'external_refund', 'other', 'correction', 'migration'],
          },
          description: {
            type: 'string',
            maxLength: 1000,
          },
          metadata: {
            type: 'object',
          },
          takes: {
            type: 'array',
            items: {
              $ref: '#/$defs/Take',
            },
          },
          debt: {
            $ref: 'common.yaml#/$defs/DecimalString',
          },
          balance: {
            $ref: 'common.yaml#/$defs/DecimalString',
          },
          at: {
            $ref: 'common.yaml#/$defs/Instant',
          },
          legs: {
            type: 'array',
            items: {
              $ref: '#/$defs/Leg',
            },
          },
        },
      },
      FeeDebited: {
        type: 'object',
        additionalProperties: false,
        required: [
          'type',
          'platform',
          'mode',
          'key',
          'transactionId',
          'eventId',
          'feeId',
          'productId',
          'accountId',
          'asset',
          'alternative',
          'amount',
          'fiatValue',
          'fiatRate',
          'takes',
          'debt',
          'debtFrom',
          'uncollected',
          'balance',
          'occurredAt',
          'at',
          'legs',
        ],
        properties: {
          type: {
            const: 'wallet.fee-debited',
          },
          platform: {
            type: 'string',
          },
          mode: {
            $ref: 'common.yaml#/$defs/Mode',
          },
          key: {
            type: 'string',
            description: 'Customer id.',
          },
          transactionId: {
            type: 'string',
            description: 'The fee id.',
          },
          eventId: {
            $ref: 'common.yaml#/$defs/Uuid',
          },
          feeId: {
            type: 'string',
          },
          productId: {
            type: 'string',
          },
          accountId: {
            type: 'string',
          },
          asset: {
            type: 'string',
          },
          alternative: {
            type: 'integer',
            minimum: 0,
            description: "Index of the chosen asset in the fee's alternatives.",
          },
          amount: {
            $ref: 'common.yaml#/$defs/DecimalString',
          },
          fiatValue: {
            anyOf: [
              {
                $ref: 'common.yaml#/$defs/DecimalString',
              },
              {
                type: 'null',
              },
            ],
          },
          fiatRate: {
            anyOf: [
              {
                $ref: 'common.yaml#/$defs/DecimalString',
              },
              {
                type: 'null',
              },
            ],
          },
          subject: {
            $ref: 'common.yaml#/$defs/Name',
          },
          description: {
            type: 'string',
          },
          takes: {
            type: 'array',
            items: {
              $ref: '#/$defs/Take',
            },
          },
          debt: {
            $ref: 'common.yaml#/$defs/DecimalString',
            description: 'The part that no lot covered.',
          },
          debtFrom: {
            $ref: 'common.yaml#/$defs/DecimalString',
            description:
              "Where that part begins on the line of the account's debt; see DebtStretch.",
          },
          draw: {
            $ref: '#/$defs/Draw',
          },
          uncollected: {
            $ref: 'common.yaml#/$defs/DecimalString',
            description:
              "The part that the account's overdraft policy leaves uncollected for good.",
          },
          balance: {
            $ref: 'common.yaml#/$defs/DecimalString',
          },
          occurredAt: {
            $ref: 'common.yaml#/$defs/Instant',
          },
          at: {
            $ref: 'common.yaml#/$defs/Instant',
          },
          legs: {
            type: 'array',
            items: {
              $ref: '#/$defs/Leg',
            },
          },
        },
      },
      GrantActivated: {
        type: 'object',
        description: 'A scheduled grant came into effect.',
        additionalProperties: false,
        required: [
          'type',
          'platform',
          'mode',
          'key',
          'transactionId',
          'accountId',
          'asset',
          'grantId',
          'amount',
          'repaid',
          'balance',
          'at',
          'legs',
        ],
        properties: {
          type: {
            const: 'wallet.grant-activated',
          },
          platform: {
            type: 'string',
          },
          mode: {
            $ref: 'common.yaml#/$defs/Mode',
          },
          key: {
            type: 'string',
            description: 'Customer id.',
          },
          transactionId: {
            type: 'string',
          },
          accountId: {
            type: 'string',
          },
          asset: {
            type: 'string',
          },
          grantId: {
            type: 'string',
          },
          amount: {
            $ref: 'common.yaml#/$defs/DecimalString',
          },
          repaid: {
            type: 'array',
            description: 'Stretches of debt that this credit paid at once, oldest first.',
            items: {
              $ref: '#/$defs/DebtStretch',
            },
          },
          balance: {
            $ref: 'common.yaml#/$defs/DecimalString',
          },
          at: {
            $ref: 'common.yaml#/$defs/Instant',
          },
          legs: {
            type: 'array',
            items: {
              $ref: '#/$defs/Leg',
            },
          },
        },
      },
      GrantExpired: {
        type: 'object',
        additionalProperties: false,
        required: [
          'type',
          'platform',
          'mode',
          'key',
          'transactionId',
          'accountId',
          'asset',
          'grantId',
          'amount',
          'balance',
          'at',
          'legs',
        ],
        properties: {
          type: {
            const: 'wallet.grant-expired',
          },
          platform: {
            type: 'string',
          },
          mode: {
            $ref: 'common.yaml#/$defs/Mode',
          },
          key: {
            type: 'string',
            description: 'Customer id.',
          },
          transactionId: {
            type: 'string',
          },
          accountId: {
            type: 'string',
          },
          asset: {
            type: 'string',
          },
          grantId: {
            type: 'string',
          },
          amount: {
            $ref: 'common.yaml#/$defs/DecimalString',
            description: 'What of it was free and is lost.',
          },
          balance: {
            $ref: 'common.yaml#/$defs/DecimalString',
          },
          at: {
            $ref: 'common.yaml#/$defs/Instant',
          },
          legs: {
            type: 'array',
            items: {
              $ref: '#/$defs/Leg',
            },
          },
        },
      },
      OverdraftSet: {
        type: 'object',
        description: 'How far usage may take the account below zero.',
        additionalProperties: false,
        required: ['type', 'platform', 'mode', 'key', 'accountId', 'asset', 'policy', 'at', 'legs'],
        properties: {
          type: {
            const: 'wallet.overdraft-set',
          },
          platform: {
            type: 'string',
          },
          mode: {
            $ref: 'common.yaml#/$defs/Mode',
          },
          key: {
            type: 'string',
            description: 'Customer id.',
          },
          accountId: {
            type: 'string',
          },
          asset: {
            type: 'string',
          },
          policy: {
            type: 'string',
            enum: ['unlimited', 'limit', 'none'],
          },
          limit: {
            $ref: 'common.yaml#/$defs/DecimalString',
          },
          at: {
            $ref: 'common.yaml#/$defs/Instant',
          },
          legs: {
            type: 'array',
            items: {
              $ref: '#/$defs/Leg',
            },
          },
        },
      },
      FundsCharged: {
        type: 'object',
        description: 'An ad-hoc fee.',
        additionalProperties: false,
        required: [
          'type',
          'platform',
          'mode',
          'key',
          'transactionId',
          'accountId',
          'asset',
          'amount',
          'fiatValue',
          'fiatRate',
          'takes',
          'balance',
          'at',
          'legs',
        ],
        properties: {
          type: {
            const: 'wallet.funds-charged',
          },
          platform: {
            type: 'string',
          },
          mode: {
            $ref: 'common.yaml#/$defs/Mode',
          },
          key: {
            type: 'string',
            description: 'Customer id.',
          },
          transactionId: {
            type: 'string',
          },
          accountId: {
            type: 'string',
          },
          asset: {
            type: 'string',
          },
          amount: {
            $ref: 'common.yaml#/$defs/DecimalString',
          },
          fiatValue: {
            anyOf: [
              {
                $ref: 'common.yaml#/$defs/DecimalString',
              },
              {
                type: 'null',
              },
            ],
          },
          fiatRate: {
            anyOf: [
              {
                $ref: 'common.yaml#/$defs/DecimalString',
              },
              {
                type: 'null',
              },
            ],
          },
          subject: {
            $ref: 'common.yaml#/$defs/Name',
          },
          description: {
            type: 'string',
            maxLength: 1000,
          },
          metadata: {
            type: 'object',
          },
          priced: {
            type: 'object',
            description: 'Units, volume and prices as they were sent.',
            additionalProperties: {
              $ref: 'common.yaml#/$defs/DecimalString',
            },
          },
          takes: {
            type: 'array',
            items: {
              $ref: '#/$defs/Take',
            },
          },
          balance: {
            $ref: 'common.yaml#/$defs/DecimalString',
          },
          at: {
            $ref: 'common.yaml#/$defs/Instant',
          },
          legs: {
            type: 'array',
            items: {
              $ref: '#/$defs/Leg',
            },
          },
        },
      },
      HoldPlaced: {
        type: 'object',
        additionalProperties: false,
        required: [
          'type',
          'platform',
          'mode',
          'key',
          'transactionId',
          'authorizationId',
          'accountId',
          'asset',
          'amount',
          'takes',
          'overdraft',
          'expiresAt',
          'balance',
          'at',
          'legs',
        ],
        properties: {
          type: {
            const: 'wallet.hold-placed',
          },
          platform: {
            type: 'string',
          },
          mode: {
            $ref: 'common.yaml#/$defs/Mode',
          },
          key: {
            type: 'string',
            description: 'Customer id.',
          },
          transactionId: {
            type: 'string',
            description: 'The authorization id.',
          },
          authorizationId: {
            type: 'string',
          },
          accountId: {
            type: 'string',
          },
          asset: {
            type: 'string',
          },
          amount: {
            $ref: 'common.yaml#/$defs/DecimalString',
          },
          takes: {
            type: 'array',
            items: {
              $ref: '#/$defs/Take',
            },
          },
          overdraft: {
            $ref: 'common.yaml#/$defs/DecimalString',
            description: 'What no lot covers; it counts as debt while it is held.',
          },
          expiresAt: {
            $ref: 'common.yaml#/$defs/Instant',
          },
          fees: {
            type: 'array',
            description: 'Of a priced authorization, what makes up its amount, as it was priced.',
            items: {
              $ref: '#/$defs/PricedFee',
            },
          },
          subject: {
            $ref: 'common.yaml#/$defs/Name',
          },
          metadata: {
            type: 'object',
          },
          balance: {
            $ref: 'common.yaml#/$defs/DecimalString',
          },
          at: {
            $ref: 'common.yaml#/$defs/Instant',
          },
          legs: {
            type: 'array',
            items: {
              $ref: '#/$defs/Leg',
            },
          },
        },
      },
      PricedFee: {
        type: 'object',
        description: 'A fee that usage would have, in the asset that is held. Carried for readers.',
        additionalProperties: false,
        required: [
          'productId',
          'productCode',
          'productVersion',
          'priceId',
          'priceName',
          'usageType',
          'asset',
          'amount',
          'description',
        ],
        properties: {
          productId: {
            type: 'string',
          },
          productCode: {
            type: 'string',
          },
          productVersion: {
            type: 'integer',
          },
          priceId: {
            type: 'string',
          },
          priceName: {
            type: 'string',
          },
          usageType: {
            type: 'string',
            enum: ['unit', 'volume', 'unit_and_volume'],
          },
          volumeField: {
            type: 'string',
          },
          dimensions: {
            type: 'object',
            additionalProperties: {
              type: 'string',
            },
          },
          asset: {
            type: 'string',
          },
          amount: {
            $ref: 'common.yaml#/$defs/DecimalString',
          },
          inputVolume: {
            $ref: 'common.yaml#/$defs/DecimalString',
          },
          volumeRate: {
            $ref: 'common.yaml#/$defs/DecimalString',
          },
          packageSize: {
            $ref: 'common.yaml#/$defs/DecimalString',
          },
          units: {
            $ref: 'common.yaml#/$defs/DecimalString',
          },
          unitPrice: {
            $ref: 'common.yaml#/$defs/DecimalString',
          },
          description: {
            type: 'string',
          },
        },
      },
      HoldCaptured: {
        type: 'object',
        description: 'A request captured from a hold. Revenue, as a charge is.',
        additionalProperties: false,
        required: [
          'type',
          'platform',
          'mode',
          'key',
          'transactionId',
          'accountId',
          'asset',
          'amount',
          'fiatValue',
          'fiatRate',
          'draw',
          'takes',
          'debt',
          'capturedInAll',
          'ends',
          'balance',
          'at',
          'legs',
        ],
        properties: {
          type: {
            const: 'wallet.hold-captured',
          },
          platform: {
            type: 'string',
          },
          mode: {
            $ref: 'common.yaml#/$defs/Mode',
          },
          key: {
            type: 'string',
            description: 'Customer id.',
          },
          transactionId: {
            type: 'string',
          },
          accountId: {
            type: 'string',
          },
          asset: {
            type: 'string',
          },
          amount: {
            $ref: 'common.yaml#/$defs/DecimalString',
          },
          fiatValue: {
            anyOf: [
              {
                $ref: 'common.yaml#/$defs/DecimalString',
              },
              {
                type: 'null',
              },
            ],
          },
          fiatRate: {
            anyOf: [
              {
                $ref: 'common.yaml#/$defs/DecimalString',
              },
              {
                type: 'null',
              },
            ],
          },
          subject: {
            $ref: 'common.yaml#/$defs/Name',
          },
          draw: {
            $ref: '#/$defs/Draw',
          },
          takes: {
            type: 'array',
            description: 'Out of free lots, for the part of the hold that was overdraft.',
            items: {
              $ref: '#/$defs/Take',
            },
          },
          debt: {
            $ref: '#/$defs/DebtStretch',
          },
          capturedInAll: {
            $ref: 'common.yaml#/$defs/DecimalString',
            description: 'Of this hold by now.',
          },
          ends: {
            type: 'boolean',
            description: 'Nothing is left of the hold.',
          },
          balance: {
            $ref: 'common.yaml#/$defs/DecimalString',
          },
          at: {
            $ref: 'common.yaml#/$defs/Instant',
          },
          legs: {
            type: 'array',
            items: {
              $ref: '#/$defs/Leg',
            },
          },
        },
      },
      HoldReleased: {
        type: 'object',
        description: 'A hold ended; what was left of it went back.',
        additionalProperties: false,
        required: [
          'type',
          'platform',
          'mode',
          'key',
          'transactionId',
          'authorizationId',
          'accountId',
          'asset',
          'reason',
          'amount',
          'returned',
          'broken',
          'overdraft',
          'capturedInAll',
          'balance',
          'at',
          'legs',
        ],
        properties: {
          type: {
            const: 'wallet.hold-released',
          },
          platform: {
            type: 'string',
          },
          mode: {
            $ref: 'common.yaml#/$defs/Mode',
          },
          key: {
            type: 'string',
            description: 'Customer id.',
          },
          transactionId: {
            type: 'string',
          },
          authorizationId: {
            type: 'string',
          },
          accountId: {
            type: 'string',
          },
          asset: {
            type: 'string',
          },
          reason: {
            type: 'string',
            enum: ['captured', 'voided', 'expired'],
          },
          amount: {
            $ref: 'common.yaml#/$defs/DecimalString',
          },
          returned: {
            type: 'array',
            items: {
              $ref: '#/$defs/Take',
            },
          },
          broken: {
            type: 'array',
            description: 'Out of lots that expired meanwhile: lost.',
            items: {
              $ref: '#/$defs/Take',
            },
          },
          overdraft: {
            $ref: 'common.yaml#/$defs/DecimalString',
          },
          capturedInAll: {
            $ref: 'common.yaml#/$defs/DecimalString',
          },
          balance: {
            $ref: 'common.yaml#/$defs/DecimalString',
          },
          at: {
            $ref: 'common.yaml#/$defs/Instant',
          },
          legs: {
            type: 'array',
            items: {
              $ref: '#/$defs/Leg',
            },
          },
        },
      },
      AuthorizationUsed: {
        type: 'object',
        description: 'What became of the authorization that a usage event named.',
        additionalProperties: false,
        required: [
          'type',
          'platform',
          'mode',
          'key',
          'authorizationId',
          'eventId',
          'captured',
          'capturedInAll',
          'ends',
          'at',
          'legs',
        ],
        properties: {
          type: {
            const: 'wallet.authorization-used',
          },
          platform: {
            type: 'string',
          },
          mode: {
            $ref: 'common.yaml#/$defs/Mode',
          },
          key: {
            type: 'string',
            description: 'Customer id.',
          },
          authorizationId: {
            type: 'string',
          },
          eventId: {
            $ref: 'common.yaml#/$defs/Uuid',
          },
          captured: {
            $ref: 'common.yaml#/$defs/DecimalString',
            description: 'By this event.',
          },
          capturedInAll: {
            $ref: 'common.yaml#/$defs/DecimalString',
          },
          ends: {
            type: 'boolean',
            description: 'Nothing is left of the hold.',
          },
          ignored: {
            type: 'string',
            enum: ['authorization_not_open', 'authorization_expired'],
          },
          at: {
            $ref: 'common.yaml#/$defs/Instant',
          },
          legs: {
            type: 'array',
            items: {
              $ref: '#/$defs/Leg',
            },
          },
        },
      },
      FeeReversed: {
        type: 'object',
        description:
          'A debited fee was taken back. What it took went back to the lots that it came from, also by way of a hold; what lots had repaid of its debt went back to those; what was still owed is owed no more.',
        additionalProperties: false,
        required: [
          'type',
          'platform',
          'mode',
          'key',
          'transactionId',
          'eventId',
          'feeId',
          'productId',
          'accountId',
          'asset',
          'amount',
          'fiatValue',
          'fiatRate',
          'reason',
          'returned',
          'broken',
          'revived',
          'debt',
          'uncollected',
          'balance',
          'occurredAt',
          'at',
          'legs',
        ],
        properties: {
          type: {
            const: 'wallet.fee-reversed',
          },
          platform: {
            type: 'string',
          },
          mode: {
            $ref: 'common.yaml#/$defs/Mode',
          },
          key: {
            type: 'string',
            description: 'Customer id.',
          },
          transactionId: {
            type: 'string',
            description: 'The fee id and `.reversed`.',
          },
          eventId: {
            $ref: 'common.yaml#/$defs/Uuid',
          },
          feeId: {
            type: 'string',
          },
          productId: {
            type: 'string',
          },
          accountId: {
            type: 'string',
          },
          asset: {
            type: 'string',
          },
          amount: {
            $ref: 'common.yaml#/$defs/DecimalString',
            description: 'Of the fee, whole.',
          },
          fiatValue: {
            anyOf: [
              {
                $ref: 'common.yaml#/$defs/DecimalString',
              },
              {
                type: 'null',
              },
            ],
          },
          fiatRate: {
            anyOf: [
              {
                $ref: 'common.yaml#/$defs/DecimalString',
              },
              {
                type: 'null',
              },
            ],
          },
          subject: {
            $ref: 'common.yaml#/$defs/Name',
          },
          reason: {
            type: 'string',
            maxLength: 1000,
          },
          returned: {
            type: 'array',
            items: {
              $ref: '#/$defs/Take',
            },
          },
          broken: {
            type: 'array',
            description: 'Out of lots that expired meanwhile: lost.',
            items: {
              $ref: '#/$defs/Take',
            },
          },
          revived: {
            type: 'array',
            description: 'Those of the returned-to lots that had nothing left',
            items: {
              $ref: '#/$defs/GivenGrant',
            },
          },
          debt: {
            $ref: '#/$defs/DebtStretch',
            description: 'What of the fee was still owed.',
          },
          uncollected: {
            $ref: 'common.yaml#/$defs/DecimalString',
            description: 'What of the fee was never collected.',
          },
          balance: {
            $ref: 'common.yaml#/$defs/DecimalString',
          },
          occurredAt: {
            $ref: 'common.yaml#/$defs/Instant',
            description: 'Of the event: a reversal counts in its period.',
          },
          at: {
            $ref: 'common.yaml#/$defs/Instant',
          },
          legs: {
            type: 'array',
            items: {
              $ref: '#/$defs/Leg',
            },
          },
        },
      },
      Draw: {
        type: 'object',
        description:
          'What a debit took out of a hold. `overdraft` is the part that no lot covered; it ends and is paid anew, by `takes` and `debt` of the debit.',
        additionalProperties: false,
        required: ['authorizationId', 'held', 'overdraft'],
        properties: {
          authorizationId: {
            type: 'string',
          },
          held: {
            type: 'array',
            items: {
              $ref: '#/$defs/Take',
            },
          },
          overdraft: {
            $ref: 'common.yaml#/$defs/DecimalString',
          },
        },
      },
      Leg: {
        type: 'object',
        additionalProperties: false,
        required: ['account', 'amount'],
        properties: {
          account: {
            type: 'string',
            enum: [
              'available',
              'held',
              'scheduled',
              'debt',
              'funding',
              'promotion',
              'revenue',
              'adjustments',
              'uncollected',
              'breakage',
            ],
          },
          amount: {
            $ref: 'common.yaml#/$defs/DecimalString',
          },
        },
      },
      Take: {
        type: 'object',
        additionalProperties: false,
        required: ['grantId', 'amount'],
        properties: {
          grantId: {
            type: 'string',
          },
          amount: {
            $ref: 'common.yaml#/$defs/DecimalString',
          },
        },
      },
      DebtStretch: {
        type: 'object',
        description:
          "A stretch of the account's debt, counted from its first debt on. A debit occupies one, a repayment covers the oldest open ones, so they name each other by it.",
        additionalProperties: false,
        required: ['from', 'amount'],
        properties: {
          from: {
            $ref: 'common.yaml#/$defs/DecimalString',
          },
          amount: {
            $ref: 'common.yaml#/$defs/DecimalString',
          },
        },
      },
      Grant: {
        type: 'object',
        additionalProperties: false,
        required: ['grantId', 'purpose', 'amount', 'basis', 'priority', 'effectiveAt', 'expiresAt'],
        properties: {
          grantId: {
            type: 'string',
          },
          purpose: {
            type: 'string',
            enum: ['promotional', 'bundled', 'paid'],
          },
          amount: {
            $ref: 'common.yaml#/$defs/DecimalString',
          },
          basis: {
            $ref: 'common.yaml#/$defs/DecimalString',
            description: 'Revenue basis of the whole lot.',
          },
          priority: {
            type: 'integer',
          },
          effectiveAt: {
            $ref: 'common.yaml#/$defs/Instant',
          },
          expiresAt: {
            anyOf: [
              {
                $ref: 'common.yaml#/$defs/Instant',
              },
              {
                type: 'null',
              },
            ],
          },
        },
      },
      GivenGrant: {
        type: 'object',
        additionalProperties: false,
        required: ['grant', 'createdAt'],
        properties: {
          grant: {
            $ref: '#/$defs/Grant',
          },
          createdAt: {
            $ref: 'common.yaml#/$defs/Instant',
          },
        },
      },
    },
  },
];

export const FACT_DEFINITIONS: Readonly<Record<string, { topic: string; schema: string }>> = {
  'catalog.customer-created': {
    topic: 'catalog.v1',
    schema: 'https://kontor.dev/schemas/events/catalog.v1.yaml#/$defs/CustomerCreated',
  },
  'catalog.customer-external-id-assigned': {
    topic: 'catalog.v1',
    schema: 'https://kontor.dev/schemas/events/catalog.v1.yaml#/$defs/CustomerExternalIdAssigned',
  },
  'catalog.customer-details-changed': {
    topic: 'catalog.v1',
    schema: 'https://kontor.dev/schemas/events/catalog.v1.yaml#/$defs/CustomerDetailsChanged',
  },
  'catalog.customer-personal-data-erased': {
    topic: 'catalog.v1',
    schema: 'https://kontor.dev/schemas/events/catalog.v1.yaml#/$defs/CustomerPersonalDataErased',
  },
  'catalog.subscription-created': {
    topic: 'catalog.v1',
    schema: 'https://kontor.dev/schemas/events/catalog.v1.yaml#/$defs/SubscriptionCreated',
  },
  'catalog.subscription-activated': {
    topic: 'catalog.v1',
    schema: 'https://kontor.dev/schemas/events/catalog.v1.yaml#/$defs/SubscriptionActivated',
  },
  'catalog.subscription-deactivated': {
    topic: 'catalog.v1',
    schema: 'https://kontor.dev/schemas/events/catalog.v1.yaml#/$defs/SubscriptionDeactivated',
  },
  'catalog.subscription-version-changed': {
    topic: 'catalog.v1',
    schema: 'https://kontor.dev/schemas/events/catalog.v1.yaml#/$defs/SubscriptionVersionChanged',
  },
  'catalog.product-created': {
    topic: 'catalog.v1',
    schema: 'https://kontor.dev/schemas/events/catalog.v1.yaml#/$defs/ProductCreated',
  },
  'catalog.product-version-drafted': {
    topic: 'catalog.v1',
    schema: 'https://kontor.dev/schemas/events/catalog.v1.yaml#/$defs/ProductVersionDrafted',
  },
  'catalog.product-version-published': {
    topic: 'catalog.v1',
    schema: 'https://kontor.dev/schemas/events/catalog.v1.yaml#/$defs/ProductVersionPublished',
  },
  'catalog.product-default-changed': {
    topic: 'catalog.v1',
    schema: 'https://kontor.dev/schemas/events/catalog.v1.yaml#/$defs/ProductDefaultChanged',
  },
  'catalog.product-version-archived': {
    topic: 'catalog.v1',
    schema: 'https://kontor.dev/schemas/events/catalog.v1.yaml#/$defs/ProductVersionArchived',
  },
  'catalog.product-archived': {
    topic: 'catalog.v1',
    schema: 'https://kontor.dev/schemas/events/catalog.v1.yaml#/$defs/ProductArchived',
  },
  'catalog.asset-created': {
    topic: 'catalog.v1',
    schema: 'https://kontor.dev/schemas/events/catalog.v1.yaml#/$defs/AssetCreated',
  },
  'catalog.asset-rate-set': {
    topic: 'catalog.v1',
    schema: 'https://kontor.dev/schemas/events/catalog.v1.yaml#/$defs/AssetRateSet',
  },
  'cost.usage-costs-attributed': {
    topic: 'cost.attributed.v1',
    schema: 'https://kontor.dev/schemas/events/cost.attributed.v1.yaml#/$defs/UsageCostsAttributed',
  },
  'cost.usage-costs-reversed': {
    topic: 'cost.attributed.v1',
    schema: 'https://kontor.dev/schemas/events/cost.attributed.v1.yaml#/$defs/UsageCostsReversed',
  },
  'cost.vendor-created': {
    topic: 'cost.catalog.v1',
    schema: 'https://kontor.dev/schemas/events/cost.catalog.v1.yaml#/$defs/VendorCreated',
  },
  'rating.usage-rated': {
    topic: 'rating.rated.v1',
    schema: 'https://kontor.dev/schemas/events/rating.rated.v1.yaml#/$defs/UsageRated',
  },
  'rating.usage-reversed': {
    topic: 'rating.rated.v1',
    schema: 'https://kontor.dev/schemas/events/rating.rated.v1.yaml#/$defs/UsageRatingReversed',
  },
  'usage.recorded': {
    topic: 'usage.recorded.v1',
    schema: 'https://kontor.dev/schemas/events/usage.recorded.v1.yaml#/$defs/UsageRecorded',
  },
  'usage.reversed': {
    topic: 'usage.recorded.v1',
    schema: 'https://kontor.dev/schemas/events/usage.recorded.v1.yaml#/$defs/UsageReversed',
  },
  'wallet.account-opened': {
    topic: 'wallet.posted.v1',
    schema: 'https://kontor.dev/schemas/events/wallet.posted.v1.yaml#/$defs/AccountOpened',
  },
  'wallet.funds-credited': {
    topic: 'wallet.posted.v1',
    schema: 'https://kontor.dev/schemas/events/wallet.posted.v1.yaml#/$defs/FundsCredited',
  },
  'wallet.funds-debited': {
    topic: 'wallet.posted.v1',
    schema: 'https://kontor.dev/schemas/events/wallet.posted.v1.yaml#/$defs/FundsDebited',
  },
  'wallet.fee-debited': {
    topic: 'wallet.posted.v1',
    schema: 'https://kontor.dev/schemas/events/wallet.posted.v1.yaml#/$defs/FeeDebited',
  },
  'wallet.grant-activated': {
    topic: 'wallet.posted.v1',
    schema: 'https://kontor.dev/schemas/events/wallet.posted.v1.yaml#/$defs/GrantActivated',
  },
  'wallet.grant-expired': {
    topic: 'wallet.posted.v1',
    schema: 'https://kontor.dev/schemas/events/wallet.posted.v1.yaml#/$defs/GrantExpired',
  },
  'wallet.overdraft-set': {
    topic: 'wallet.posted.v1',
    schema: 'https://kontor.dev/schemas/events/wallet.posted.v1.yaml#/$defs/OverdraftSet',
  },
  'wallet.funds-charged': {
    topic: 'wallet.posted.v1',
    schema: 'https://kontor.dev/schemas/events/wallet.posted.v1.yaml#/$defs/FundsCharged',
  },
  'wallet.hold-placed': {
    topic: 'wallet.posted.v1',
    schema: 'https://kontor.dev/schemas/events/wallet.posted.v1.yaml#/$defs/HoldPlaced',
  },
  'wallet.hold-captured': {
    topic: 'wallet.posted.v1',
    schema: 'https://kontor.dev/schemas/events/wallet.posted.v1.yaml#/$defs/HoldCaptured',
  },
  'wallet.hold-released': {
    topic: 'wallet.posted.v1',
    schema: 'https://kontor.dev/schemas/events/wallet.posted.v1.yaml#/$defs/HoldReleased',
  },
  'wallet.authorization-used': {
    topic: 'wallet.posted.v1',
    schema: 'https://kontor.dev/schemas/events/wallet.posted.v1.yaml#/$defs/AuthorizationUsed',
  },
  'wallet.fee-reversed': {
    topic: 'wallet.posted.v1',
    schema: 'https://kontor.dev/schemas/events/wallet.posted.v1.yaml#/$defs/FeeReversed',
  },
};
