# make demo：准备环境、生成示例工作簿、校验并说明结果在哪里    make test：运行全部测试
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: demo test check lock bundle clean docs templates pictures reference

demo: $(READY)
	$(BIN)/python examples/demo.py

# 两个进程；一个文件里的测试归同一个进程，它们共用的东西只做一次。
# 按收集的顺序分发：要启动真实程序的文件最长，先开始，最后两个进程差不多同时做完（见 conftest.py）
test: $(READY)
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(TESTS)

# 代码风格、房间之间的箭头、类型；四个文件夹按导入时的名字一起查，互相调用也查得到
check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	mkdir -p build/names
	ln -sfn ../../validators build/names/checker_validators
	ln -sfn ../../xlsx_plugins build/names/checker_xlsx
	ln -sfn ../../workbook_templates build/names/checker_templates
	MYPYPATH=src:build/names $(BIN)/mypy --explicit-package-bases src/checker \
	    $(addprefix build/names/,checker_validators checker_xlsx checker_templates)

$(READY): pyproject.toml requirements.lock
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(BIN)/python -m compileall -q src validators workbook_templates xlsx_plugins
	touch $@

# 由 template.toml 重新生成随程序提供的空白工作簿
templates: $(READY)
	$(BIN)/checker template build compulsory_school -o workbook_templates/compulsory_school
	$(BIN)/checker template build county -o workbook_templates/county
	$(BIN)/checker template build special_school -o workbook_templates/special_school
	$(BIN)/checker template build senior_school -o workbook_templates/senior_school
	$(BIN)/checker template build self_evaluation -o workbook_templates/self_evaluation

# 免安装的程序（一个文件夹），在哪种系统上做就在哪种系统上用
bundle: $(READY)
	$(BIN)/python -m checker_xlsx.bundle

# 每种系统一份：Windows 的要 uv（pip install uv）才能在别的系统上算出来
lock:
	$(BIN)/python -m uv pip compile --quiet --all-extras --universal --python-version 3.11.5 --generate-hashes \
	    --no-header --no-annotate --no-emit-index-url --no-emit-package checker-edu \
	    $(addprefix --upgrade-package ,$(UPGRADE)) --output-file requirements.lock pyproject.toml
	$(BIN)/python -m uv pip compile --quiet --all-extras --no-header --no-annotate --no-emit-package checker-edu \
	    --python-version 3.11.9 --python-platform windows -c requirements.lock -o requirements-windows.lock pyproject.toml

clean:
	rm -rf demo build dist .pytest_cache .mypy_cache .ruff_cache

# 说明文档，生成在 site/，不连网也能看
docs: $(READY)
	$(BIN)/python -m mkdocs build --strict --quiet
	@echo "说明文档在 site/index.html"

# README 和说明里的图片，由示例县做出；要有 Xvfb、openbox、LibreOffice、Chromium、ImageMagick
pictures: $(READY)
	$(BIN)/python docs/_build/pictures.py

# 由程序自己的清单生成的 JSON Schema 和说明：docs/commands.md、settings.md、json.md 和插件作者各页里的表
reference: $(READY)
	$(BIN)/python -m checker.plugins.json_schema
	$(BIN)/python docs/_build/reference.py
