"""目录里的十条规则：用数据说不清的五条。"""

from collections.abc import Iterator

from checker.api import (
    Context,
    CountyContext,
    CountyData,
    CountyFinding,
    Gap,
    Quantity,
    Unit,
    Verdict,
)


def each_grade_adds_up(unit: Unit, context: Context) -> Iterator[Verdict]:
    """CAT6：表里出现哪些年级，就核对哪些年级。"""
    grades: dict[str, list[Unit]] = {}
    for row in unit.rows("classes"):
        grades.setdefault(row.text("classes.grade"), []).append(row)
    for grade, rows in grades.items():
        told = sum(row.number("classes.total") for row in rows)
        counted = sum(row.number("classes.boys") + row.number("classes.girls") for row in rows)
        at = [ref for row in rows for ref in row.refs("classes.total")]
        if told != counted:
            yield context.failed(
                f"{grade}各班合计 {told} 人，男女生之和是 {counted} 人。",
                at=at,
                actual=Quantity(told, "人", 0),
                required=f"= {counted} 人",
                gap=Gap(abs(told - counted), abs(told - counted), "人", "", told > counted),
            )
        else:
            yield context.passed(f"{grade}各班合计与男女生之和相等。", at=at)


def places_differ(county: CountyData, context: CountyContext) -> Iterator[CountyFinding]:
    """CAT7：经纬度完全相同的学校。"""
    given = county.schools.dropna(subset=["place.longitude", "place.latitude"])
    same = given.groupby(["place.longitude", "place.latitude"])
    found = [list(group.index) for _, group in same if len(group) > 1]
    for codes in found:
        names = "、".join(context.name(code) for code in codes)
        yield context.failed(f"{names}的经纬度完全相同。", schools=codes, required="各不相同")
    if not found:
        yield context.passed("没有两所学校的经纬度相同。")


def township_has_kindergarten(
    county: CountyData, context: CountyContext
) -> Iterator[CountyFinding]:
    """CAT8：每个乡镇至少一所公办中心幼儿园。"""
    schools = county.schools
    own = (schools["place.kindergarten"] == True) & (schools["place.tier"] == "1")  # noqa: E712
    there = own.groupby(schools["place.township"]).any()
    lacking = [str(name) for name in there.index[~there]]
    if lacking:
        yield context.failed(f"{'、'.join(lacking)}没有公办中心幼儿园。", required="每个乡镇一所")
    else:
        yield context.passed("每个乡镇都有公办中心幼儿园。", required="每个乡镇一所")


def pupils_over_three_years(county: CountyData, context: CountyContext) -> Iterator[CountyFinding]:
    """CAT9：三年里一减一增（或一增一减）都超过一半的学校。"""
    series = county.schools[["history.before_last", "previous(students.total)", "students.total"]]
    for code, (first, second, third) in series.dropna().T.items():
        much = abs(second - first) * 2 > first and abs(third - second) * 2 > second
        if much and (second > first) != (third > second):
            yield context.failed(
                f"{context.name(code)}三年的学生数是 {first}、{second}、{third}，一增一减太多。",
                schools=[code],
            )
            return
    yield context.passed("各校三年的学生数没有大起大落。")


def unweighted_difference(county: CountyData, context: CountyContext) -> Iterator[CountyFinding]:
    """CAT10：差异率 = Σ|x - x̄| / n / x̄，每所学校一样重。"""
    values = county.schools["area.land / students.total"].dropna()
    if values.empty:
        yield context.incomplete("没有一所学校的占地面积和学生数都填了，暂不能判断。")
        return
    mean = values.sum() / len(values)
    rate = (values - mean).abs().sum() / len(values) / mean * 100
    limit = context.threshold("CAT_difference")
    say = context.passed if rate <= limit else context.failed
    yield say(f"生均占地面积的差异率为 {Quantity(rate, '%')}。", actual=Quantity(rate, "%"),
              required=f"≤ {Quantity(limit, '%')}")  # fmt: skip
