"""A day in the market, with the client that openapi-python-client makes. MARKET is the server's address."""

import os
import re

from pizza_market import Client
from pizza_market.api.orders import customer_accept, dispatch, events, offer, orders, status, supplier_respond
from pizza_market.api.orders import order as read_order
from pizza_market.models import (
    AnswerBody,
    DispatchBody,
    OfferBody,
    Order,
    Problem,
    Status,
    StatusBody,
    StatusBodyStatus,
    TakeBody,
)

client = Client(os.environ["MARKET"], raise_on_unexpected_status=True)


def done(call, *arguments, **named):
    """The order that a call is answered with."""
    answer = call.sync(*arguments, client=client, **named)
    assert isinstance(answer, Order), answer
    return answer


def refused(expected, call, *arguments, **named):
    """The problem that a call is refused with."""
    answer = call.sync_detailed(*arguments, client=client, **named)
    assert answer.status_code == expected and isinstance(answer.parsed, Problem), answer
    return answer.parsed


def pizza(name, price=8.2):
    return OfferBody(supplier_name="Forno", pizza_name=name, supplier_price=price)


# From the offer to the doorstep.
order = done(offer, body=pizza("Diavola"))
assert (order.status, order.customer_price, order.version) == (Status.PENDING_SUPPLIER, None, 1)
order = done(supplier_respond, order.id, body=AnswerBody(accept=True, estimated_time=25), if_match='"1"')
assert (order.status, order.estimated_delivery_time) == (Status.SUPPLIER_ACCEPTED, 25)
taken = TakeBody(customer_name="Nguyễn Thị Minh Khai", delivery_address="Kurze Gasse 1\n2. Stock")
order = done(customer_accept, order.id, body=taken, idempotency_key="python-client-1")
assert (order.status, order.customer_price) == (Status.CUSTOMER_ACCEPTED, 10.66)
assert done(customer_accept, order.id, body=taken, idempotency_key="python-client-1") == order
for step in (StatusBodyStatus.PREPARING, StatusBodyStatus.READY):
    order = done(status, order.id, body=StatusBody(status=step))
order = done(dispatch, order.id, body=DispatchBody(driver_name="Jonas"))
for step in (StatusBodyStatus.IN_TRANSIT, StatusBodyStatus.DELIVERED):
    order = done(status, order.id, body=StatusBody(status=step))
assert (order.status, order.driver_name, order.version) == (Status.DELIVERED, "Jonas", 8)
assert order.times.delivered == order.updated_at >= order.created_at

# The two other ends.
other = done(offer, body=pizza("Marinara"))
rejected = done(supplier_respond, other.id, body=AnswerBody(accept=False, notes="Sold out"))
assert (rejected.status, rejected.supplier_notes) == (Status.SUPPLIER_REJECTED, "Sold out")
other = done(offer, body=pizza("Funghi"))
cancelled = done(status, other.id, body=StatusBody(status=StatusBodyStatus.CANCELLED))
assert cancelled.status == Status.CANCELLED

# What is read.
assert done(read_order, order.id) == order
history = events.sync(order.id, client=client)
assert [event.order.version for event in history] == list(range(1, 9)) and history[-1].order == order
found, cursor = [], {}
while True:
    page = orders.sync_detailed(client=client, supplier_name="Forno", limit=2, **cursor)
    found += page.parsed
    more = re.search("cursor=([^&>]+)", page.headers.get("link", ""))
    if not more:
        break
    cursor = {"cursor": more[1]}
assert [one.id for one in found] == [cancelled.id, rejected.id, order.id]
assert orders.sync(client=client, status=Status.DELIVERED, supplier_name="Forno") == [order]

# Refusals.
conflict = refused(409, dispatch, order.id, body=DispatchBody(driver_name="Ana"))
assert (conflict.type_, conflict.status) == ("/problems/refused", 409)
invalid = refused(422, offer, body=pizza("Hawaii", 9.999))
assert [fault.field for fault in invalid.errors] == ["supplier_price"]
cancel = StatusBody(status=StatusBodyStatus.CANCELLED)
assert refused(412, status, order.id, body=cancel, if_match='"3"').type_ == "/problems/outdated"
