"""A day in the market, with the client that openapi-generator makes for Python. MARKET is the server's address."""

import os
import re

from pizza_market import (
    AnswerBody,
    ApiClient,
    ApiException,
    Configuration,
    DispatchBody,
    Frame,
    OfferBody,
    OrdersApi,
    Problem,
    Signal,
    Status,
    StatusBody,
    TakeBody,
)

market = OrdersApi(ApiClient(Configuration(host=os.environ["MARKET"])))


def offer(pizza, price=8.2):
    return market.offer(OfferBody(supplier_name="Bella Napoli", pizza_name=pizza, supplier_price=price))


def refusal(status, call, *arguments, **named):
    """The problem that a call is refused with."""
    try:
        call(*arguments, **named)
    except ApiException as refused:
        assert refused.status == status, refused
        return Problem.from_json(refused.body)
    raise AssertionError(f"this was not refused with {status}")


# From the offer to the doorstep.
order = offer("Diavola")
assert (order.status, order.customer_price, order.version) == (Status.PENDING_SUPPLIER, None, 1)
order = market.supplier_respond(order.id, AnswerBody(accept=True, notes="Hot", estimated_time=25), if_match='"1"')
assert (order.status, order.estimated_delivery_time) == (Status.SUPPLIER_ACCEPTED, 25)
taken = TakeBody(customer_name="Nguyễn Thị Minh Khai", delivery_address="Kurze Gasse 1\n2. Stock")
order = market.customer_accept(order.id, taken, idempotency_key="generator-1")
assert (order.status, order.customer_price) == (Status.CUSTOMER_ACCEPTED, 10.66)
assert market.customer_accept(order.id, taken, idempotency_key="generator-1") == order
for status in ("preparing", "ready"):
    order = market.status(order.id, StatusBody(status=status))
order = market.dispatch(order.id, DispatchBody(driver_name="Jonas"))
for status in ("in_transit", "delivered"):
    order = market.status(order.id, StatusBody(status=status))
assert (order.status, order.driver_name, order.version) == (Status.DELIVERED, "Jonas", 8)
assert order.times.delivered == order.updated_at >= order.created_at

# The two other ends.
rejected = market.supplier_respond(offer("Marinara").id, AnswerBody(accept=False, notes="Sold out"))
assert (rejected.status, rejected.supplier_notes) == (Status.SUPPLIER_REJECTED, "Sold out")
cancelled = market.status(offer("Funghi").id, StatusBody(status="cancelled"))
assert cancelled.status == Status.CANCELLED

# What is read.
assert market.order(order.id) == order
events = market.events(order.id)
assert [event.order.version for event in events] == list(range(1, 9)) and events[-1].order == order
found, cursor = [], None
while True:
    page = market.orders_with_http_info(supplier_name="Bella Napoli", limit=2, cursor=cursor)
    found += page.data
    more = re.search("cursor=([^&>]+)", page.headers.get("link", ""))
    if not more:
        break
    cursor = more[1]
assert [one.id for one in found] == [cancelled.id, rejected.id, order.id]
assert market.orders(status=Status.DELIVERED, supplier_name="Bella Napoli") == [order]

# Frames of the WebSocket.
assert Frame.from_json(events[0].to_json()).actual_instance == events[0]
heartbeat = {"event_type": "stream.heartbeat", "order": None, "timestamp": "2026-02-17T10:30:00.000Z", "id": "a-1"}
assert isinstance(Frame.from_dict(heartbeat).actual_instance, Signal)

# Refusals.
conflict = refusal(409, market.dispatch, order.id, DispatchBody(driver_name="Ana"))
assert (conflict.type, conflict.status) == ("/problems/refused", 409)
invalid = refusal(422, offer, "Hawaii", 9.999)
assert [fault.var_field for fault in invalid.errors] == ["supplier_price"]
outdated = refusal(412, market.status, order.id, StatusBody(status="cancelled"), if_match='"3"')
assert outdated.type == "/problems/outdated"
