// Generated from schemas/ by `npm run generate`. Do not edit.

export interface InternalOperations {
  'catalog.resolve-customers': {
    request: {
      customerIds: string[];
      externalIds: string[];
    };
    /**
     * Unknown ids are left out. `head` is the last position of catalog.v1, read before the rows.
     */
    response: {
      head: number;
      customers: {
        customerId: string;
        externalId: string | null;
        /**
         * Position of the newest fact about this customer or its subscriptions.
         */
        position: number;
      }[];
    };
  };
  'catalog.describe-customers': {
    request: {
      customerIds: string[];
    };
    response: {
      customers: {
        customerId: string;
        externalId: string | null;
        name: string | null;
      }[];
    };
  };
  'catalog.find-assets': {
    request: {
      codes: string[];
    };
    /**
     * Those of the codes that exist, fiat included.
     */
    response: {
      codes: string[];
    };
  };
  'catalog.find-products': {
    request: {
      productIds: string[];
    };
    /**
     * Those of the asked products that exist, also archived ones.
     */
    response: {
      productIds: string[];
    };
  };
  'catalog.find-rates': {
    request: {
      assets: string[];
      /**
       * The currency that the rates are in.
       */
      source: string;
      /**
       * Canonical instant.
       */
      at: string;
    };
    /**
     * One of `rate` and `inverseRate` each, as the platform gave it. Assets without a rate then are left out.
     */
    response: {
      rates: {
        asset: string;
        /**
         * Price of one unit in the source currency.
         */
        rate: string | null;
        /**
         * Units that one unit of the source currency buys.
         */
        inverseRate: string | null;
      }[];
    };
  };
  'cost-attribution.resolve-vendors': {
    request: {
      vendorIds: string[];
      externalIds: string[];
    };
    response: {
      head: number;
      vendors: {
        vendorId: string;
        externalId: string | null;
      }[];
    };
  };
  'ingestion-gateway.find-accepted': {
    request: {
      eventIds: string[];
    };
    response: {
      accepted: string[];
    };
  };
  'ingestion-gateway.find-usage-heads': {
    request: {};
    /**
     * Last position of each partition of usage.recorded.v1 that has any.
     */
    response: {
      heads: {
        partition: number;
        position: number;
      }[];
    };
  };
  'profitability-projection.get-events': {
    request: {
      eventIds: string[];
      /**
       * 0 to 10000.
       */
      waitMs: number;
      /**
       * How money is written in the texts.
       */
      numbers: 'number' | 'string';
    };
    response: {
      /**
       * Items: JSON text of one event.
       */
      events: string[];
      complete: boolean;
    };
  };
  'rating.find-progress': {
    request: {};
    /**
     * Of one instant; all usage up to `usage` is rated or parked, its rated records end at `rated`.
     */
    response: {
      partitions: {
        partition: number;
        usage: number;
        rated: number;
      }[];
    };
  };
  'rating.price-usage': {
    request: {
      customerId: string;
      eventType: string;
      /**
       * As in an event.
       */
      data?: {
        [k: string]: unknown;
      };
      /**
       * Canonical instant; whose subscriptions and rates count.
       */
      at: string;
    };
    /**
     * Fees in the order of the price book, each in every asset that its price lists; or why there are none.
     */
    response: {
      unratedReason?:
        | 'no_subscription'
        | 'no_matching_price'
        | 'volume_field_missing'
        | 'volume_field_invalid'
        | 'no_matching_dimension';
      fees: {
        productId: string;
        productCode: string;
        productVersion: number;
        priceId: string;
        priceName: string;
        usageType: 'unit' | 'volume' | 'unit_and_volume';
        volumeField?: string;
        dimensions?: {
          [k: string]: string;
        };
        alternatives: {
          asset: string;
          amount: string;
          inputVolume?: string;
          volumeRate?: string;
          packageSize?: string;
          units?: string;
          unitPrice?: string;
          description: string;
        }[];
      }[];
    };
  };
  'catalog.await-position': {
    request: {
      topic: string;
      partition: number;
      position: number;
      /**
       * 0 to 2000.
       */
      waitMs: number;
    };
    /**
     * Without heads when it was not reached in time.
     */
    response: {
      reached: boolean;
      heads: {
        topic: string;
        partition: number;
        position: number;
      }[];
    };
  };
  'cost-attribution.await-position': {
    request: {
      topic: string;
      partition: number;
      position: number;
      /**
       * 0 to 2000.
       */
      waitMs: number;
    };
    /**
     * Without heads when it was not reached in time.
     */
    response: {
      reached: boolean;
      heads: {
        topic: string;
        partition: number;
        position: number;
      }[];
    };
  };
  'ingestion-gateway.await-position': {
    request: {
      topic: string;
      partition: number;
      position: number;
      /**
       * 0 to 2000.
       */
      waitMs: number;
    };
    /**
     * Without heads when it was not reached in time.
     */
    response: {
      reached: boolean;
      heads: {
        topic: string;
        partition: number;
        position: number;
      }[];
    };
  };
  'rating.await-position': {
    request: {
      topic: string;
      partition: number;
      position: number;
      /**
       * 0 to 2000.
       */
      waitMs: number;
    };
    /**
     * Without heads when it was not reached in time.
     */
    response: {
      reached: boolean;
      heads: {
        topic: string;
        partition: number;
        position: number;
      }[];
    };
  };
  'wallet-ledger.await-position': {
    request: {
      topic: string;
      partition: number;
      position: number;
      /**
       * 0 to 2000.
       */
      waitMs: number;
    };
    /**
     * Without heads when it was not reached in time.
     */
    response: {
      reached: boolean;
      heads: {
        topic: string;
        partition: number;
        position: number;
      }[];
    };
  };
}
