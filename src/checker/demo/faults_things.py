"""Faults about buildings, equipment, money and safety."""

from __future__ import annotations

from decimal import Decimal
from random import Random

from checker.demo.fault import At, Expected, fault
from checker.demo.school import School


def _add(school: School, field: str, difference: int, column: str = "whole") -> None:
    school.put(field, column, school.number(field, column) + difference)


@fault("building", "校舍面积合计算错")
def areas_do_not_add_up(random: Random, school: School) -> list[Expected]:
    _add(school, "area.building", 100)
    _add(school, "area.building", 100, "whole.previous")
    return [At("BLD1", "area.building")]


@fault("teaching_area", "教学用房分项漏了一项")
def teaching_areas_do_not_add_up(random: Random, school: School) -> list[Expected]:
    _add(school, "area.library", -30)
    return [At("BLD2", "area.teaching", school.stages[0])]


@fault("living_area", "宿舍、食堂、厕所之和超过生活用房")
def living_area_too_small(random: Random, school: School) -> list[Expected]:
    _add(school, "area.living", -60)
    _add(school, "area.other", 60)
    return [At("BLD4", "area.living")]


@fault("dangerous", "有D级危房")
def dangerous_building(random: Random, school: School) -> list[Expected]:
    school.put("area.dangerous", "whole", 80)
    school.put("area.dangerous_d", "whole", 80)
    return [At("BLD9", "area.dangerous_d")]


@fault("network", "联网教室比教室多")
def more_network_than_rooms(random: Random, school: School) -> list[Expected]:
    stage = school.stages[0]
    _add(school, "rooms.network", 3, stage)
    return [At("BLD102", "rooms.network", stage)]


@fault("computers", "教学用计算机比计算机多")
def more_teaching_computers(random: Random, school: School) -> list[Expected]:
    stage = school.stages[0]
    _add(school, "equipment.teaching_computers", 9, stage)
    return [At("BLD103", "equipment.teaching_computers", stage)]


@fault("equipment", "设备值按元填，单位应是万元")
def yuan_for_ten_thousands(random: Random, school: School) -> list[Expected]:
    stage = school.stages[0]
    value = school.values["equipment.value"][stage]
    assert isinstance(value, Decimal)
    school.put("equipment.value", stage, value * 10000)
    return [At("RES201", "equipment.value", stage)]


@fault("multimedia res10", "网络多媒体教室不够")
def few_multimedia_rooms(random: Random, school: School) -> list[Expected] | None:
    if school.kind.code not in ("211", "311") or school.total("students.total") < 300:
        return None
    stage = school.stages[0]
    school.put("rooms.multimedia", stage, school.number("students.total", stage) // 100)
    return [At("RES7", "rooms.multimedia", stage), At("RES10", "rooms.multimedia", stage)]


@fault("special_rooms", "音乐教室面积不足96平方米")
def small_music_room(random: Random, school: School) -> list[Expected] | None:
    if "senior" in school.stages:
        return None
    room = next(row for row in school.tables["special_rooms"] if row["use"] == "音乐")
    room["area"] = random.randint(62, 90)
    room["built_year"] = 2018
    return [At("GOV3a", "class_count.total", school.stages[0])]


@fault("special_rooms", "专用教室建成年份是将来")
def room_from_the_future(random: Random, school: School) -> list[Expected]:
    school.tables["special_rooms"][0]["built_year"] = 2062
    return [At("BLD209", "special_rooms.built_year", "", 1)]


@fault("income", "收入合计与分项对不上")
def income_does_not_add_up(random: Random, school: School) -> list[Expected]:
    _add(school, "money.income_fees", -3600)
    return [At("FIN101", "money.income")]


@fault("spending", "支出合计漏了一项")
def spending_does_not_add_up(random: Random, school: School) -> list[Expected]:
    _add(school, "money.projects", -10_000)
    return [At("FIN102", "money.spending")]


@fault("public_parts", "公用支出分项对不上")
def public_spending_does_not_add_up(random: Random, school: School) -> list[Expected]:
    _add(school, "money.spent_repair", 500)
    return [At("FIN103", "money.public_spent")]


@fault("public_funds", "公用经费拨款低于基准")
def public_funds_too_low(random: Random, school: School) -> list[Expected] | None:
    if school.kind.code not in ("211", "311"):
        return None
    stage = school.stages[0]
    funds = school.number("money.public_funds", stage) * 4 // 5
    school.put("money.public_funds", stage, funds)
    school.put("money.public_total", "whole", funds)
    return [At("FIN3", "money.public_funds", stage)]


@fault("training_budget", "培训经费不到公用经费预算的5%")
def little_training_money(random: Random, school: School) -> list[Expected]:
    budget = school.number("money.public_budget", "whole")
    school.put("money.training_budget", "whole", budget * 3 // 100)
    return [At("QUA4", "money.training_budget")]


@fault("matching", "配套资金没有足额到账")
def matching_money_short(random: Random, school: School) -> list[Expected]:
    _add(school, "money.matching_paid", -20_000)
    return [At("FIN8", "money.matching_paid")]


@fault("allowance", "班主任津贴偏低")
def low_allowance(random: Random, school: School) -> list[Expected]:
    school.put("allowance.head_teacher", "whole", 300)
    return [At("FIN11a", "allowance.head_teacher")]


@fault("alarm", "一键报警没有联网")
def alarm_not_connected(random: Random, school: School) -> list[Expected]:
    school.put("safety.alarm", "whole", False)
    return [At("SAF2", "safety.alarm"), At("SAF10", "safety.guards")]


@fault("gear", "防护装备没有配齐")
def gear_incomplete(random: Random, school: School) -> list[Expected]:
    school.put("safety.gear_complete", "whole", False)
    return [At("SAF3", "safety.gear_complete")]


@fault("drills", "演练次数太少")
def few_drills(random: Random, school: School) -> list[Expected]:
    school.put("safety.drills", "whole", 4)
    return [At("SAF4", "safety.drills")]


@fault("video_days", "录像只存15天")
def video_kept_too_short(random: Random, school: School) -> list[Expected]:
    school.put("safety.video_days", "whole", 15)
    return [At("SAF2c", "safety.video_days")]


@fault("guard_funds", "保安经费写成万元")
def guard_money_in_ten_thousands(random: Random, school: School) -> list[Expected]:
    money = school.number("safety.guard_funds", "whole")
    school.put("safety.guard_funds", "whole", Decimal(money) / 10000)
    return [At("SAF7", "safety.guard_funds")]


@fault("guards", "持证保安比保安多")
def more_certified_guards(random: Random, school: School) -> list[Expected]:
    _add(school, "safety.guards_certified", 1)
    return [At("SAF101", "safety.guards_certified"), At("SAF208", "safety.guards_certified")]


@fault("cameras", "联网点位没有全部接入")
def cameras_not_connected(random: Random, school: School) -> list[Expected]:
    _add(school, "safety.cameras_connected", -3)
    return [At("SAF2b", "safety.cameras_connected")]


@fault("buses", "校车没有按期检验")
def bus_not_inspected(random: Random, school: School) -> list[Expected]:
    for name, count in (("buses", 2), ("buses_inspected", 1), ("buses_located", 2)):
        school.put(f"safety.{name}", "whole", count)
    school.put("safety.buses", "whole.previous", 2)
    school.put("safety.bus_students", "whole", 20)
    return [At("SAF5", "safety.buses_inspected")]
