"""The groups that were shown outlive whoever leaves, but not their name."""

from contract.policy import Policy
from contract.published_groups import PublishedGroup
from db.measurements import retention
from db.teaching import lectures, published_groups
from tests.builders.clock import START as NOW
from tests.builders.lecture import Sitting

WINDOW = int(NOW.timestamp())


def test_groups_come_back_in_the_order_in_which_they_were_shown(classroom: Sitting) -> None:
    store, lecture_id = classroom.store, classroom.lecture.id
    people = [classroom.join().id for _ in range(3)]
    first = PublishedGroup(WINDOW + 300, dict.fromkeys(people, 300))
    others = [PublishedGroup(WINDOW, {people[0]: 7}), PublishedGroup(WINDOW, {people[0]: 8})]
    assert published_groups.groups_of(store, lecture_id) == []
    assert published_groups.keep(store, lecture_id, [first], 0)
    assert published_groups.keep(store, lecture_id, others, 1)
    assert published_groups.groups_of(store, lecture_id) == [first, *others]
    next_one = lectures.start(store, classroom.course.id, "Next", Policy.AGGREGATE, NOW)
    assert published_groups.groups_of(store, next_one.id) == []


def test_whoever_chose_beside_less_than_was_shown_must_choose_anew(classroom: Sitting) -> None:
    store, lecture_id = classroom.store, classroom.lecture.id
    group = PublishedGroup(WINDOW, {classroom.join().id: 300})
    assert published_groups.keep(store, lecture_id, [group], 0)
    assert not published_groups.keep(store, lecture_id, [group], 0)
    assert published_groups.groups_of(store, lecture_id) == [group]


def test_a_group_with_an_erased_member_is_not_kept(classroom: Sitting) -> None:
    ana = classroom.join()
    retention.erase_participant(classroom.store, ana.id, now=NOW, actor="user:admin")
    group = PublishedGroup(WINDOW, {ana.id: 300})
    assert not published_groups.keep(classroom.store, classroom.lecture.id, [group], 0)
    assert published_groups.groups_of(classroom.store, classroom.lecture.id) == []


def test_an_erased_member_leaves_a_place_without_a_name(classroom: Sitting) -> None:
    store, lecture_id = classroom.store, classroom.lecture.id
    ana, bo, cy = (classroom.join().id for _ in range(3))
    published_groups.keep(store, lecture_id, [PublishedGroup(WINDOW, {ana: 3, bo: 2, cy: 1})], 0)
    retention.erase_participant(store, ana, now=NOW, actor="user:admin")
    retention.delete_observations(store, bo, now=NOW, actor="own")
    (group,) = published_groups.groups_of(store, lecture_id)
    assert len(group.members) == 3
    assert {ana, bo}.isdisjoint(group.members)
    assert sorted(group.members.values()) == [0, 0, 1]
    assert group.members[cy] == 1


def test_with_a_lectures_data_its_groups_go_too(classroom: Sitting) -> None:
    store, lecture_id = classroom.store, classroom.lecture.id
    published_groups.keep(store, lecture_id, [PublishedGroup(WINDOW, {classroom.join().id: 3})], 0)
    lectures.end(store, lecture_id, classroom.at(60))
    retention.prune(store, classroom.at(90), now=classroom.at(90), actor="scheduler")
    assert published_groups.groups_of(store, lecture_id) == []
