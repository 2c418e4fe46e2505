"""县域学前教育普及普惠：幼儿园填报表和校验规则。内容都在 plugin.toml 和 templates/ 里。"""
