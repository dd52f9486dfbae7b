"""What can go wrong in a use case, causes kept apart; the edges say it and give it a status."""

from contract.errors import ClassPulseError


class ServiceError(ClassPulseError):
    """The root of every error of this package."""


class AccessError(ServiceError):
    """Somebody asked for what is not theirs to see or do."""


class NotSignedInError(AccessError):
    """Nobody is signed in, and this needs somebody."""


class ForbiddenError(AccessError):
    """Somebody is signed in, but this is not theirs, or the school's policy does not allow it."""


class UnknownObjectError(ServiceError):
    """There is no such lecture, course, student or flag, or none that may be known of."""


class RefusedError(ServiceError):
    """The request is well formed, but the state of things does not allow it."""


class InvalidError(ServiceError):
    """What was sent breaks a rule."""


class BusyError(ServiceError):
    """Too much of this is under way at the moment; the same may work in a second."""


class RosterError(ServiceError):
    """A roster file is not what it should be."""


class NoCourseError(RosterError):
    """A list of one course came without that course's title."""


class LeadershipError(ServiceError):
    """The lock that says who runs the jobs cannot be used."""


class UnsettledError(ServiceError):
    """Others changed what was being decided upon, each time that it was decided."""
