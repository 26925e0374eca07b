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
