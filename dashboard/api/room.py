"""The room's routes: the teacher's permission, and what the camera that has it sends."""

from uuid import UUID

from flask import Blueprint, Response, request

from contract.batches import Batch, read_batch
from contract.exchange import BatchAnswer
from contract.observations import RoomObservation
from contract.room import RoomFacts, RoomLink, RoomRequest, RoomState
from dashboard.api.bearer import bearer_secret
from dashboard.api.ingest import answered
from dashboard.api.limits import current_limits
from dashboard.api.operations import answer, nothing, operation, read_body
from dashboard.auth import signin
from dashboard.http.web import current_services
from db.teaching.rooms import RoomContext
from services import room_camera
from services.access import Actor, Nobody
from services.errors import NotSignedInError
from services.receiving import batches

blueprint = Blueprint("room", __name__)


class RoomBatch(Batch[RoomObservation]):
    """``{"items": […]}`` of a room's observations, at most 600."""


@blueprint.post("/lectures/<uuid:lecture_id>/room")
@operation(
    summary="Allow one camera to look at the whole room, on the teacher's word",
    body=RoomRequest,
    answer=RoomLink,
    errors=(401, 403, 404, 409, 422, 503),
)
def allow(lecture_id: UUID) -> Response:
    """``POST /lectures/{id}/room``."""
    given = read_body(RoomRequest)
    link = room_camera.allow(
        current_services(), _user(), lecture_id, everybody_agreed=given.everybody_agreed
    )
    return answer(link)


@blueprint.get("/lectures/<uuid:lecture_id>/room")
@operation(
    summary="Whether a room is allowed, and what is in its way",
    answer=RoomState,
    errors=(401, 403, 404, 503),
)
def state(lecture_id: UUID) -> Response:
    """``GET /lectures/{id}/room``."""
    return answer(room_camera.state(current_services(), _user(), lecture_id))


@blueprint.delete("/lectures/<uuid:lecture_id>/room")
@operation(summary="End the room", status=204, errors=(401, 403, 404, 503))
def stop(lecture_id: UUID) -> Response:
    """``DELETE /lectures/{id}/room``."""
    room_camera.stop(current_services(), _user(), lecture_id)
    return nothing()


@blueprint.get("/room")
@operation(
    summary="What whoever starts a room's camera is told; the start is recorded",
    answer=RoomFacts,
    errors=(401, 403, 429, 503),
    bearer=True,
)
def facts() -> Response:
    """``GET /room``."""
    return answer(room_camera.connect(current_services(), _room()))


@blueprint.post("/room/observations")
@operation(
    summary="Store what a room's camera saw; verdicts as for observations",
    body=RoomBatch,
    answer=BatchAnswer,
    errors=(401, 403, 413, 422, 429, 503),
    bearer=True,
)
def observations() -> Response:
    """``POST /room/observations``."""
    context = _room()
    items = read_batch(request.get_data(cache=False), RoomObservation)
    return answered(batches.take_room(current_services(), context, items), context.lecture)


def _user() -> Actor:
    actor = signin.current_actor()
    if isinstance(actor, Nobody):
        # Before the look-up, so that a stranger cannot learn which lectures there are.
        raise NotSignedInError("This needs a signed-in user.")
    return actor


def _room() -> RoomContext:
    secret = bearer_secret()
    if secret is None:
        raise NotSignedInError("This needs a room's secret, as Authorization: Bearer.")
    found = room_camera.bearer(current_services(), secret)
    current_limits().agent.take(found.room.id)
    return found
