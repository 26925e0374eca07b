import { describeKafka } from '@kontor/testkit';
import { eventBusContract } from '../event-bus.contract';
import { openBus } from './rig';

describeKafka('Kafka', (kafka) => {
  eventBusContract('Kafka', () => ({
    openBus: (server) => openBus(kafka, server),
    publishAgain: async ({ database }) => {
      await database.query('UPDATE log_relay SET position = 0');
    },
  }));
});
