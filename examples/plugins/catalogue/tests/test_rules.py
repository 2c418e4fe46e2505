"""目录里的十条规则：plugin.toml 里的每个例子都真的判断一次。"""


def test_examples(rule_example):
    assert rule_example.problem == ""
