"""The stack of these tests, and people who have tickets."""
import http.client

import local_stack
from local_stack import await_true

LOCAL = local_stack.LocalStack("tickets", TICKETD_RATE_LIMIT="off")


class Person(local_stack.Person):
    def __init__(self, name="Ann"):
        super().__init__(LOCAL, name)

    def fetch(self, path, **headers):
        """The status, the bytes of the answer and its headers."""
        connection = http.client.HTTPConnection("127.0.0.1", LOCAL.port, timeout=60)
        try:
            connection.request("GET", path, headers={"Connection": "close", "Authorization": "Bearer " + self.token, **headers})
            reply = connection.getresponse()
            return reply.status, reply.read(), reply.headers
        finally:
            connection.close()


class Booking:
    """Of somebody who has it, for an event of an organiser's."""

    def __init__(self, quantity=1, ticket_type=None, **event):
        organiser = Person("Organiser")
        self.person, self.quantity = Person(), quantity
        self.event = organiser.make_event(quantity, max_per_user=100, **event)
        if ticket_type:
            organiser.call("PATCH", f"/v1/events/{self.event}/ticket-types/{self.event}", {"name": ticket_type})
        self.person.book(self.event, quantity=quantity)
        await_true(lambda: self.found() and self.found()[0]["state"] == "confirmed", "booked")
        self.id = self.found()[0]["id"]

    def found(self):
        return self.person.call("GET", f"/v1/bookings?event_id={self.event}")["data"]

    def path(self, rest):
        return f"/v1/bookings/{self.id}/{rest}"

    def svg(self, number=1):
        status, body, _ = self.person.fetch(self.path(f"tickets/{number}.svg"))
        assert status == 200, body
        return body

    def pdf(self):
        status, body, _ = self.person.fetch(self.path("tickets.pdf"))
        assert status == 200, body
        return body

    def name_holder(self, number, name):
        """As the endpoint that does it."""
        LOCAL.sql(f"INSERT INTO tickets (booking_id, number, holder_name) VALUES ('{self.id}', {number}, $name${name}$name$)")
