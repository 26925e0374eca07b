/** What clients do with customers. */
import { customer, type Customer } from '../domain/customer';
import type { CustomerCommand, CustomerEvent } from '../domain/customer-messages';
import type { Instant } from '../domain/instant';
import type { Path } from '../domain/issue';
import type { CustomerName, SubscriptionView } from './ports';
import { answer, type Decided, refuse } from './rejection';
import {
  namesOf,
  placeOf,
  type SubscriptionRequest,
  subscriptionCommand,
  subscriptionView,
} from './subscription-use-cases';
import type { UseCase } from './use-case';

export interface PersonalDetails {
  readonly name?: string | undefined;
  readonly email?: string | undefined;
  readonly metadata?: object | undefined;
}

export interface CreatedCustomer {
  readonly id: string;
  /** Null once it was erased. */
  readonly name: string | null;
  readonly externalId: string | null;
  readonly createdAt: Instant;
  readonly subscriptions: readonly SubscriptionView[];
}

export const createCustomer = (request: {
  readonly externalId?: string | undefined;
  readonly details: PersonalDetails & { readonly name: string };
  readonly subscriptions: readonly SubscriptionRequest[];
}): UseCase<CreatedCustomer> => ({
  wants: {
    customers: request.externalId === undefined ? [] : [{ externalId: request.externalId }],
    products: request.subscriptions.flatMap(namesOf),
  },
  decide(catalog, moment) {
    const { externalId, details, subscriptions } = request;
    if (externalId !== undefined && catalog.customer({ externalId }))
      return refuse({ code: 'external_id_taken' }, ['external_id']);
    const customerId = moment.newId('cust');
    const draft = new CustomerDraft();
    draft.decide({ type: 'CreateCustomer', customerId, externalId, at: moment.now }, []);
    for (const [index, wanted] of subscriptions.entries()) {
      const path = ['subscriptions', index];
      const command = subscriptionCommand(catalog, moment, { wanted, path });
      const decided = command.ok ? draft.decide(command.result, path) : command;
      if (!decided.ok) return decided;
    }
    const created = catalog.recordCustomer(customerId, draft.events);
    catalog.recordPersonal(customerId, { erase: false, ...details });
    const result = createdView(created, details.name, moment.now);
    return { ok: true, result, namesCustomer: customerId };
  },
});

const createdView = (created: Customer, name: string, now: Instant): CreatedCustomer => ({
  id: created.id,
  name,
  externalId: created.externalId ?? null,
  createdAt: created.createdAt,
  subscriptions: [...created.subscriptions.values()].map((one) => subscriptionView(one, now)),
});

/** Several commands about a customer of whom nobody knows yet: all are accepted, or none. */
class CustomerDraft {
  readonly events: CustomerEvent[] = [];
  private state: Customer | undefined;

  decide(command: CustomerCommand, path: Path): Decided<undefined> {
    const decision = customer.decide(command, this.state);
    if (decision.outcome === 'rejected')
      return refuse(decision.rejection, [...path, ...placeOf(decision.rejection)]);
    this.events.push(...decision.events);
    this.state = decision.events.reduce(customer.evolve, this.state);
    return answer(undefined);
  }
}

export const changeCustomer = (request: {
  readonly customer: CustomerName;
  readonly externalId?: string | undefined;
  readonly details: PersonalDetails;
}): UseCase<{ readonly customerId: string }> => ({
  wants: {
    customers: [
      request.customer,
      ...(request.externalId === undefined ? [] : [{ externalId: request.externalId }]),
    ],
  },
  decide(catalog, { now }) {
    const { externalId, details } = request;
    const found = catalog.customer(request.customer);
    if (!found) return refuse({ code: 'customer_not_found' });
    const owner = externalId === undefined ? undefined : catalog.customer({ externalId });
    if (owner && owner.id !== found.id)
      return refuse({ code: 'external_id_taken' }, ['external_id']);
    const changes = Object.values(details).some((value) => value !== undefined);
    const decision = customer.decide(
      { type: 'ChangeCustomer', externalId, details: changes, at: now },
      found,
    );
    if (decision.outcome === 'rejected') return refuse(decision.rejection);
    if (changes) catalog.recordPersonal(found.id, { erase: false, ...details });
    catalog.recordCustomer(found.id, decision.events);
    return answer({ customerId: found.id });
  },
});

export const erasePersonalData = (
  name: CustomerName,
): UseCase<{ readonly customerId: string }> => ({
  wants: { customers: [name] },
  decide(catalog, { now }) {
    const found = catalog.customer(name);
    if (!found) return refuse({ code: 'customer_not_found' });
    const decision = customer.decide({ type: 'ErasePersonalData', at: now }, found);
    if (decision.outcome === 'rejected') return refuse(decision.rejection);
    if (decision.events.length > 0) catalog.recordPersonal(found.id, { erase: true });
    catalog.recordCustomer(found.id, decision.events);
    return answer({ customerId: found.id });
  },
});
