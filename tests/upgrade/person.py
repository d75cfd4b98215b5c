"""Somebody with an account, by HTTP. Each request has a connection of its own."""
import collections
import http.client
import itertools
import json
import os

from releases import await_true, stack

Answer = collections.namedtuple("Answer", "status headers body")
numbers = itertools.count(1)


class Person:
    def __init__(self):
        self.token = None
        email = f"person-{os.getpid()}-{next(numbers)}@example.com"
        made = self.data(201, "POST", "/v1/auth/register", {"name": "P", "email": email, "password": "correct horse"})
        self.token, self.id = made["tokens"]["access_token"], made["user"]["id"]

    def call(self, method, path, body=None, key=None):
        headers = {"Connection": "close"}
        if self.token:
            headers["Authorization"] = "Bearer " + self.token
        if key:
            headers["Idempotency-Key"] = key
        if body is not None:
            headers["Content-Type"], body = "application/json", json.dumps(body)
        connection = http.client.HTTPConnection("127.0.0.1", stack().port, timeout=30)
        try:
            connection.request(method, path, body, headers)
            reply = connection.getresponse()
            return Answer(reply.status, reply.headers, json.loads(reply.read()))
        finally:
            connection.close()

    def data(self, status, *request, **more):
        """What the answer holds, which must have that status."""
        answer = self.call(*request, **more)
        assert answer.status == status, f"{request[:2]} gave {answer.status}, not {status}: {answer.body}"
        return answer.body["data"]

    @staticmethod
    def event(tickets, per_person=1):
        return {"title": "Evening", "description": "-", "location": "-", "number_of_tickets": tickets, "max_per_user": per_person,
                "start_date_time": "2032-05-01T18:00:00Z", "end_date_time": "2032-05-01T21:00:00Z"}

    def make_event(self, tickets, per_person=1):
        return self.data(201, "POST", "/v1/events/initialize", self.event(tickets, per_person))["id"]

    def book(self, event):
        return self.data(202, "POST", "/v1/events/book", {"event_id": event})

    def cancel(self, **which):
        """`event_id`, `booking_id`, or both."""
        return self.data(202, "DELETE", "/v1/events/booking/cancel", which)

    def request(self, accepted):
        return self.data(200, "GET", "/v1/requests/" + accepted["request"]["id"])

    def outcome(self, accepted, seconds=20):
        """Waits for it."""
        def decided():
            request = self.request(accepted)
            return request["state"] != "queued" and request
        return await_true(decided, seconds, f"request {accepted['request']['id']} is decided")

    def booked(self, event):
        """Books, and waits for the outcome's name."""
        return self.outcome(self.book(event))["outcome"]

    def notification(self, wanted):
        listed = self.data(200, "GET", "/v1/notifications?limit=100")["data"]
        return next((each for each in listed if each["id"] == wanted), None)

    def states(self, event):
        """Of the bookings of an event, the newest first."""
        return [each["state"] for each in self.data(200, "GET", f"/v1/bookings?event_id={event}")["data"]]
