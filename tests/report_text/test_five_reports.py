"""The five public reports through ``checker report``: what is known to be wrong, and nothing else.

The reports themselves do not belong to the project; where they are not at hand, the sentences of
them that matter stand below.
"""

from __future__ import annotations

import pytest

from checker.report_text.recomputing import statements_of
from checker.report_text.statements import Judged, Statement

WRONG, ASK, RIGHT = Judged.WRONG, Judged.ASK, Judged.RIGHT


def told(text: str) -> list[Statement]:
    """What is said of a text of one or more lines."""
    return list(statements_of(text.splitlines()))


KNOWN = {
    "G-01": (
        "2021年公共财政教育支出77673万元,2020年公共财政教育支出63787万元,"
        "2021年比2020年增长了17.88%分值1.5分",
        [("growth", WRONG, "21.77%")],
    ),
    "G-02": (
        "2020年幼儿生均预算内教育事业费为14472.56元,2021年幼儿生均预算内教育事业费为14652元,"
        "同比增长1.24%;2020年小学生均预算内教育事业费为15697.66元,2021年小学生均预算内教育"
        "事业费为16123元,同比增长2.71%",
        [("growth", RIGHT, "1.24%"), ("growth", RIGHT, "2.71%")],
    ),
    "G-03a": (
        "目前,我区学科类校外培训机构压减率98.5%,“营转非”100%。\n"
        "全区学科类校外培训机构65家迅速减少到13家,实现了压减率80%的目标。",
        [("twice", ASK, "80%"), ("growth", RIGHT, "80%"), ("twice", ASK, "98.5%")],
    ),
    "G-03f": (
        "标准班额占比达到了80.84%,较去年相比增长了13.49%。",
        [("points", ASK, "")],
    ),
    "G-03g": (
        "台账中的无证园共计25所,其中预准入17所,取缔8所。"
        "我区存在的13个问题,现已整改到位的有11个,还有2个未完全整改到位。",
        [("sum", RIGHT, "25"), ("sum", RIGHT, "13")],
    ),
    "G-18": (
        "义务教育学校372所,其中初中29所(城区4所、农村25所),小学342所(城区完全小学9所、"
        "农村完全小学86所、教学点247所),特殊教育学校1所。\n"
        "中心完小共有在校生约636人,班级14个(含3个幼儿班),教师25人,班均学生57人,师生比约1:25。",
        [
            ("sum", RIGHT, "372"),
            ("sum", RIGHT, "29"),
            ("sum", RIGHT, "342"),
            ("mean", RIGHT, "1:25.4"),
            ("mean", ASK, "45.43"),
        ],
    ),
    "G-21": (
        "我县有各级各类学校52所,其中,普通高中1所,职业高中1所,义务教育阶段初中7所,小学14所,"
        "学前教育公办幼儿教育集团2个,民办幼儿园27所;学生20777人,其中,高中阶段学生3412人,"
        "义务教育阶段学生13507人,在园幼儿3858人;教师平均工资收入96554元,高于公务员95167元水平。",
        [("sum", RIGHT, "52"), ("sum", RIGHT, "20777"), ("compare", RIGHT, "96554元")],
    ),
    "G-24": (
        "共投用195所新建、改扩建学校,比原计划的175所增加20所。",
        [("difference", RIGHT, "20")],
    ),
    "G-25": (
        "共有学校107所,其中幼儿园57所、小学22所、初级中学11所,九年一贯制学校10所,普通高中4所,"
        "本科院校、中职、特校各1所。小学适龄儿童入学率102.51%。",
        [("sum", RIGHT, "107"), ("limit", ASK, "100%")],
    ),
    "G-26": (
        "每年投入673.2万元,在全县187个行政村每村选定一名专职人员,按每月3000元报酬落实。"
        "高中阶段教育毛入学率高达98%。\n到2025年,高中阶段毛入学率达到93%以上。",
        [("product", RIGHT, "6732000"), ("target", ASK, "98%")],
    ),
    "G-15": (
        "目前辖区内共有18所中小学校,其中迎江区直管的中小学15所(小学12所、初中1所、九年一贯制"
        "学校2所),坐落在我区的市直中学3所、特殊教育学校1所。\n"
        "辖区内18所小学、7所初中“7项指标”综合评估基本达标。",
        [("sum", RIGHT, "18"), ("sum", RIGHT, "15"), ("twice", ASK, "14"), ("twice", ASK, "6")],
    ),
    "G-27": (
        "我省已经明确了到2022年,20%的县(市、区)实现县域义务教育优质均衡发展;到2030年,95%的县"
        "(市、区)实现县域义务教育优质均衡发展。\n确保2022年完成20%的目标任务,"
        "为2030年完成90%的目标任务打好基础。",
        [("twice", ASK, "95%")],
    ),
    "S2p4": (
        "共有学生198840名,其中小学生136736名,初中生62059名,特殊教育学生145名。",
        [("sum", WRONG, "198940")],
    ),
}


@pytest.mark.parametrize("golden", KNOWN)
def test_known_statements_are_found_and_judged(golden: str) -> None:
    text, expected = KNOWN[golden]
    assert [(one.kind, one.judged, one.computed) for one in told(text)] == expected


def test_the_wrong_base_year_is_named() -> None:
    (found,) = told(KNOWN["G-01"][0])
    assert "误以本期的 77673万元 作了分母" in found.message


def test_the_issue_s_own_sentence() -> None:
    (found,) = told("学科类培训机构由65所压减到13所，压减率98.5%。")
    assert (found.judged, found.computed) == (WRONG, "80%")


@pytest.mark.parametrize(
    ("text", "judged"),
    [
        ("学校52所，其中小学30所，初中20所，高中2所。", RIGHT),
        ("学校51所，其中小学30所，初中20所，高中2所。", WRONG),  # parts exceed their total
        ("学校53所，其中小学30所，初中20所，高中2所。", ASK),  # one kind may be left out
        ("幼儿园61所（公办46所，民办14所）。", WRONG),  # these two are all there is
        ("幼儿园61所（公办46所，民办15所）。", RIGHT),
        ("投入1.2亿元，其中小学0.7亿元，初中0.5亿元。", RIGHT),
        ("投入1.2亿元，其中小学6666万元，初中5500万元。", RIGHT),  # 1.2166亿 is printed 1.2
    ],
)
def test_total_and_parts_at_the_limit(text: str, judged: Judged) -> None:
    (found,) = told(text)
    assert (found.kind, found.judged) == ("sum", judged)


@pytest.mark.parametrize(
    "text",
    [
        "教职工100人，其中女教师80人，党员50人。",  # one person can be both
        "学校约50所，其中小学30所，初中25所。",
        "教师5667人（含特岗教师670人）。",
        "按照2021年第3号文件要求，5+2服务全覆盖。",
        "财政拨款100万元，其中小学30万元。",
        "学生每天锻炼1小时，每周3次。",
        "比上年增长5%。",
        "教师1500人，占应交流教师总数的15%。",
        "幼儿园96所，其中公办29所，民办普惠性41所。",  # not all that are 民办
        "学校由10所增加到20所，学生增长5%。",  # the rate is of something else
        "3-5周岁幼儿入园，1:19配备。",
    ],
)
def test_what_cannot_be_recomputed_is_passed_over(text: str) -> None:
    assert [one for one in told(text) if one.judged is not RIGHT] == []


@pytest.mark.parametrize(
    ("claim", "judged"),
    [
        ("21.77%", RIGHT),  # 21.7693…, rounded
        ("21.76%", RIGHT),  # the same, cut off
        ("21.8%", RIGHT),
        ("22%", RIGHT),
        ("21.78%", WRONG),
        ("21.75%", WRONG),
        ("17.88%", WRONG),
        ("约22%", RIGHT),
    ],
)
def test_growth_at_the_limit(claim: str, judged: Judged) -> None:
    text = f"2020年教育支出63787万元，2021年教育支出77673万元，增长{claim}。"
    (found,) = told(text)
    assert (found.kind, found.judged) == ("growth", judged)


def test_growth_between_two_different_things_is_never_called_wrong() -> None:
    """Whose growth it is cannot be known."""
    text = "2020年教育支出63787万元，2021年公用经费1200万元，增长5%。"
    assert [one.judged for one in told(text)] == [ASK]


def test_full_width_signs_and_spaces_are_read_like_half_width_ones() -> None:
    text = "共有学生１９８，８４０名，其中小学生 136736 名，初中生62059名，特殊教育学生145名。"
    (found,) = told(text)
    assert found.computed == "198940"
    assert found.judged is ASK  # the comma could have been one between two numbers


def test_a_share_of_a_total_that_was_named() -> None:
    good = "优质高中招生名额总数2200人，分配名额1320人，占比60%。"
    bad = "优质高中招生名额总数2200人，分配名额1320人，占比66%。"
    assert [(one.kind, one.judged) for one in told(good)] == [("share", RIGHT)]
    assert [(one.kind, one.judged) for one in told(bad)] == [("share", WRONG)]


def test_points_of_a_section_are_the_sum_of_its_items() -> None:
    text = "自评总分2.9分。\n(一)党建(权重2分,自评2分)\n"
    text += "1.制度(分值1分,自评1分)。\n2.学习(分值1分,自评1分)。\n"
    text += "(二)保障(权重1分,自评0.9分)\n3.经费(分值1分,自评0.8分)。"
    asked = [one for one in told(text) if one.judged is ASK]
    assert [one.computed for one in asked] == ["0.8"]


LISTED = "学校15所:小学12所、初中1所、九年一贯制学校2所。"


@pytest.mark.parametrize(
    ("later", "found"),
    [
        ("14所小学、3所初中达标。", []),  # every school of both stages counted in each
        ("15所小学、3所初中达标。", ["15所"]),
        ("12所小学、4所初中达标。", ["4所"]),
        ("12所小学、1所初中达标。", []),
    ],
)
def test_schools_of_a_stage_at_the_limit(later: str, found: list[str]) -> None:
    assert [one.said for one in told(f"{LISTED}\n{later}") if one.kind == "twice"] == found


@pytest.mark.parametrize(
    "text",
    [
        f"{LISTED}\n调研报告 篇2:\n全县18所小学、7所初中达标。",  # of another county
        "学校13所:小学12所、初中1所。\n18所小学、7所初中达标。",  # kinds are not all told
        "到2030年,95%的县实现优质均衡。\n调研报告 篇3:\n为2030年完成90%的目标任务打好基础。",
        "到2030年,95%的县实现优质均衡。到2030年,90%的学校达标。\n为2030年完成90%的目标任务。",
        "到2030年,95%的县实现优质均衡。\n为2025年完成50%的目标任务打好基础。",
    ],
)
def test_what_may_speak_of_something_else_is_passed_over(text: str) -> None:
    assert not [one for one in told(text) if one.kind == "twice"]
