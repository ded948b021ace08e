package org.tanfang.ui

import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import org.tanfang.core.Language
import org.tanfang.core.NotSeenEvent
import org.tanfang.core.NotSeenState
import org.tanfang.ffi.Explanation
import org.tanfang.ffi.UnseenLine

/** Who has not been seen, for a supervisor: people, risks, days and rules; no worker, no rank. */
@Composable
fun NotSeenView(state: NotSeenState, on: (NotSeenEvent) -> Unit, go: (Go) -> Unit) {
    val words = LocalWords.current
    val explanation = state.explanation
    if (explanation != null) {
        WhyView(explanation) { on(NotSeenEvent.WhyClosed) }
        return
    }
    val unseen = state.unseen
    Page(
        words("not_seen.title"),
        lead = unseen?.let { words("not_seen.as_of", words.moment(it.asOf)) },
        bottom = { Bar(Tab.NotSeen, true, go) },
    ) {
        if (unseen?.demonstration == true) item { Tag(words("demo"), strong = true) }
        state.trouble?.let { item { TroubleNote(it) } }
        if (unseen != null) {
            item { Title(words("not_seen.count", unseen.total)) }
            if (unseen.gaps > 0u) item { Notice(words("not_seen.gaps", unseen.gaps)) }
            item { Field(words("do.search"), state.search) { on(NotSeenEvent.Searched(it)) } }
            if (state.lines.isEmpty()) item {
                if (state.search.isEmpty()) Empty(words("not_seen.none"), words("not_seen.none_lead"))
                else Line(words("today.nobody_found", state.search), quiet = true)
            }
        }
        items(state.lines.size, { state.lines[it].who.unit }) { UnseenSheet(state.lines[it], on, go) }
        if (state.more) item { Other(words("do.more"), Modifier.fillMaxWidth()) { on(NotSeenEvent.More) } }
    }
}

@Composable
private fun UnseenSheet(line: UnseenLine, on: (NotSeenEvent) -> Unit, go: (Go) -> Unit) {
    val words = LocalWords.current
    Sheet(onClick = line.who.person?.let { { go(Go.Person(it)) } }) {
        Name(line.who.title)
        Tags {
            Tag(line.days?.let { words("not_seen.days", it) } ?: words("not_seen.never"), strong = true)
            line.risk?.let { Tag(words("risk.$it")) }
            WhoTags(line.who)
        }
        for (rule in line.rules) {
            val period = rule.period?.let { " $it" } ?: ""
            val text = rule.document + " " + rule.article + period + "　" + words("state." + rule.state.name.lowercase())
            Other(text, Modifier.fillMaxWidth().described(words("not_seen.why") + " " + line.who.title + " " + text)) {
                on(NotSeenEvent.Why(line.who.unit, rule.rule, rule.period))
            }
        }
    }
}

/** What was weighed, in the core's words. */
@Composable
private fun WhyView(explanation: Explanation, close: () -> Unit) {
    val words = LocalWords.current
    val said = if (words.language == Language.Chinese) explanation.chinese else explanation.english
    Page(words("not_seen.why"), back = close) {
        item { Line(explanation.line.document + " " + explanation.line.article) }
        item { Sheet { Line(explanation.line.quote, quiet = true) } }
        items(said.size) { Sheet { Line(said[it]) } }
    }
}
