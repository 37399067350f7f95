"""The YAML of kubeconfig files, read as kubectl reads it, and refused where it would grow without end.

Source: ``sigs.k8s.io/yaml``, whose merge keys (``<<``) are older than the last word on them: what is merged
takes the place of what stands before it in the map, and gives way to what comes behind. Held against kubectl
in ``tests/protocol``.
"""

from __future__ import annotations

from typing import Any, Final

import yaml

from podboard.wire.documents import MOST_LEVELS, is_refused_as_too_deep

MOST_ALIASED: Final = 50_000
"""Values that all aliases of a file may stand for together. kubectl has a limit, too."""

NO_YAML: Final = (yaml.YAMLError, ValueError, LookupError, ArithmeticError, AttributeError)
"""What ``load_yaml`` raises. Most are PyYAML's ways to say that a text is not what its tag says."""

_SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C one is ten times as fast
_MERGE: Final = "tag:yaml.org,2002:merge"


class TooMuchError(yaml.MarkedYAMLError):
    """A document is nested too deeply, or grows too much; says which, as the end of a sentence."""


def load_yaml(content: bytes) -> object:
    """Return what a file says.

    Raises:
        TooMuchError: It is too much.
        Exception: It is no YAML: one of ``NO_YAML``.
    """
    loader = _Loader(content)
    try:
        node = loader.get_single_node()
        if node is None:
            return None
        if b"*" in content and not isinstance(node, yaml.ScalarNode):
            _check_aliases(node, MOST_ALIASED + len(content))
        return loader.construct_document(node)
    except yaml.MarkedYAMLError as error:
        if not is_refused_as_too_deep(error):
            raise
        raise TooMuchError(problem="nested too deeply", problem_mark=error.problem_mark) from None
    finally:
        loader.dispose()


class _Loader(_SafeLoader):  # type: ignore[misc]
    """Merges as kubectl does, and counts levels: 20,000 overflow the stack of PyYAML's C part before 6.0.4.

    It counts where PyYAML asks at each level what the path to it means, which costs nothing more.
    """

    _level = 0

    def descend_resolver(self, parent: Any, _: object) -> None:
        self._level += 1
        if self._level > MOST_LEVELS:
            raise _too_deep(parent)

    def ascend_resolver(self) -> None:
        self._level -= 1

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        pairs = []
        for key, value in node.value:
            if key.tag != _MERGE:
                pairs.append((key, value))
                continue
            for source in _merged(value):
                self.flatten_mapping(source)
                pairs += source.value
        node.value = pairs
        super().flatten_mapping(node)  # for the other key that means something


def _merged(value: yaml.Node) -> list[yaml.MappingNode]:
    """Return the maps that a merge key stands for, the one that wins last."""
    sources = value.value[::-1] if isinstance(value, yaml.SequenceNode) else [value]
    maps = [source for source in sources if isinstance(source, yaml.MappingNode)]
    if len(maps) != len(sources):
        raise yaml.constructor.ConstructorError(problem_mark=value.start_mark)
    return maps


def _check_aliases(root: yaml.Node, most: int) -> None:
    """Refuse what a document would be if all its aliases were written out: too large, too deep, without end.

    Args:
        most: Values that it may have then.
    """
    # Of each list and map that is done: values and levels with its aliases written out.
    done: dict[int, tuple[int, int]] = {}
    begun: set[int] = set()
    waiting = [root]
    while waiting:
        node = waiting[-1]
        if id(node) in done:
            waiting.pop()
            continue
        scalars, others = _parts(node)
        if id(node) not in begun:
            begun.add(id(node))
            for child in others:
                if id(child) in begun and id(child) not in done:
                    raise TooMuchError(
                        problem="endless: an alias is part of what it stands for",
                        problem_mark=child.start_mark,
                    )
                waiting.append(child)
            continue
        waiting.pop()
        sizes, levels = zip((0, 0), *(done[id(child)] for child in others), strict=True)
        done[id(node)] = size, level = 1 + scalars + sum(sizes), 1 + max(levels)
        if size > most:
            raise TooMuchError(problem="too large with its aliases written out", problem_mark=node.start_mark)
        if level > MOST_LEVELS:
            raise _too_deep(node)


def _parts(node: yaml.Node) -> tuple[int, list[yaml.Node]]:
    """Return how many scalars a list or a map has, and its lists and maps."""
    parts = node.value
    if isinstance(node, yaml.MappingNode):
        parts = [part for pair in parts for part in pair]
    others = [part for part in parts if not isinstance(part, yaml.ScalarNode)]
    return len(parts) - len(others), others


def _too_deep(node: yaml.Node) -> TooMuchError:
    return TooMuchError(problem="nested too deeply", problem_mark=node.start_mark)
