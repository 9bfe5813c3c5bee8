// Each role cancels on its own panel, with and without JavaScript; the kitchen keeps the ticket where it stood.
import { type Api, column, expect, test, ticket, unfold } from '../world';

async function reach(api: Api, pizza: string, ...statuses: string[]) {
  const { id } = await api.taken(pizza);
  for (const status of statuses) await api.status(id, status);
  return id;
}

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? 'with JavaScript' : 'without JavaScript', () => {
    test.use({ javaScriptEnabled, allowed: javaScriptEnabled ? undefined : /preloaded using link preload/ });

    test('a supplier withdraws an offer', async ({ open, api }) => {
      const { id } = await api.accepted('Diavola');
      const kitchen = await open('/supplier');
      await unfold(kitchen, 'On offer');
      await ticket(kitchen, 'Diavola').getByText('Withdraw…').click();
      await ticket(kitchen, 'Diavola').getByRole('button', { name: 'Withdraw this pizza' }).click();
      // Nobody has ordered it, so no ticket stays.
      await expect(kitchen.getByRole('article')).toHaveCount(0);
      expect(await api.get(id)).toMatchObject({ status: 'cancelled' });
    });

    test('a supplier cancels what is in the oven, with a reason', async ({ open, api }) => {
      const id = await reach(api, 'Diavola', 'preparing');
      const kitchen = await open('/supplier');
      await ticket(kitchen, 'Diavola').getByLabel(/^More: step back/).click();
      await ticket(kitchen, 'Diavola').getByText('Oven broken').click();
      await ticket(kitchen, 'Diavola').getByRole('button', { name: 'Cancel this pizza' }).click();
      await expect(column(kitchen, 'In the oven').getByRole('button', { name: 'Ready' })).toHaveCount(0);
      expect(await api.get(id)).toMatchObject({ status: 'cancelled', supplier_notes: 'Oven broken' });
    });

    test('a customer cancels a taken order', async ({ open, api }) => {
      const id = await reach(api, 'Diavola');
      const track = await open(`/customer/${id}`);
      await track.getByText('Cancel this order…').click();
      await track.getByRole('button', { name: 'Cancel my Diavola' }).click();
      await expect(track.getByRole('heading', { level: 1 })).toHaveText('Diavola was cancelled');
      expect(await api.get(id)).toMatchObject({ status: 'cancelled' });
    });

    test('a dispatcher cancels an order that waits for a driver', async ({ open, api }) => {
      const id = await reach(api, 'Diavola', 'preparing', 'ready');
      const dispatch = await open('/dispatch');
      await ticket(dispatch, 'Diavola').getByLabel(/^More: cancel/).click();
      await ticket(dispatch, 'Diavola').getByRole('button', { name: 'Cancel this order' }).click();
      await expect(dispatch.getByRole('article')).toHaveCount(0);
      expect(await api.get(id)).toMatchObject({ status: 'cancelled' });
    });

    test('a cancelled order stays in the kitchen’s column where it stood', async ({ open, api }) => {
      const orders = [
        ['To prepare', await reach(api, 'Diavola')],
        ['In the oven', await reach(api, 'Hawaii', 'preparing')],
        ['Ready', await reach(api, 'Marinara', 'preparing', 'ready')],
      ] as const;
      // A page that is open already, and one that is opened afterwards.
      const kitchen = await open('/supplier');
      for (const [, id] of orders) await api.status(id, 'cancelled');
      for (const page of [kitchen, await open('/supplier')]) {
        if (!javaScriptEnabled) await page.reload();
        await unfold(page, 'Ready');
        for (const [name] of orders) await expect(column(page, name).getByRole('article')).toContainText('Cancelled at');
      }
    });
  });
}
