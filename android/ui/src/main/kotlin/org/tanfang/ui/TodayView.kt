package org.tanfang.ui

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.ExperimentalLayoutApi
import androidx.compose.foundation.layout.FlowRow
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.lazy.LazyListScope
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.text.style.TextOverflow
import androidx.compose.ui.unit.dp
import org.tanfang.core.TodayEvent
import org.tanfang.core.TodayState
import org.tanfang.core.Words
import org.tanfang.ffi.BegunLine
import org.tanfang.ffi.TodayLine
import org.tanfang.ffi.UnitWords

/** The screen that the day begins with. One touch to call, one to visit. */
@Composable
fun TodayView(state: TodayState, on: (TodayEvent) -> Unit, go: (Go) -> Unit) {
    val words = LocalWords.current
    val lead = state.account?.let { account ->
        listOf(words.day(LocalToday.current), account.name).joinToString("　")
    }
    Page(
        words("today.title"), lead = lead,
        bottom = { Bar(Tab.Today, state.account?.supervises == true, go) },
    ) {
        if (state.today?.demonstration == true) item { Tag(words("demo"), strong = true) }
        state.trouble?.let { item { TroubleNote(it) } }
        notices(state, words, go)
        if (state.begun.isNotEmpty()) {
            item { Title(words("today.begun")) }
            items(state.begun.size) { BegunSheet(state.begun[it], go) }
        }
        state.today?.let { today ->
            item { Title(words("today.who_due", today.total) + soon(today.soon.toInt(), words)) }
        }
        item { Field(words("do.search"), state.search) { on(TodayEvent.Searched(it)) } }
        items(state.lines.size, { state.lines[it].who.unit }) { TodaySheet(state.lines[it], go) }
        if (state.lines.isEmpty() && !state.loading) item {
            when (state.search.isEmpty()) {
                true -> Empty(words("today.nobody"), words("today.nobody_lead"))
                false -> Empty(words("today.nobody_found", state.search), words("today.nobody_lead"))
            }
        }
        if (state.more) item { Other(words("do.more"), Modifier.fillMaxWidth()) { on(TodayEvent.More) } }
    }
}

private fun soon(count: Int, words: Words) = if (count == 0) "" else " · " + words("today.soon", count)

/** What asks to be looked at before the list: what came back, what to choose, what is not sent. */
private fun LazyListScope.notices(state: TodayState, words: Words, go: (Go) -> Unit) {
    val status = state.status ?: return
    if (status.refused > 0u) item { Notice(words("today.refused", status.refused)) { go(Go.To(Tab.Saved)) } }
    if (status.conflicts > 0u) item { Notice(words("today.conflicts", status.conflicts)) { go(Go.Conflicts) } }
    if (status.unsent > 0u) item {
        Sheet(MaterialTheme.colorScheme.secondaryContainer, { go(Go.To(Tab.Saved)) }) {
            Text(
                words("today.unsent", status.unsent) + " ›",
                color = MaterialTheme.colorScheme.onSecondaryContainer, style = MaterialTheme.typography.bodyLarge,
            )
        }
    }
}

@Composable
private fun BegunSheet(begun: BegunLine, go: (Go) -> Unit) {
    val words = LocalWords.current
    Sheet {
        Name(listOfNotNull(begun.about, begun.title).joinToString(" · "))
        Line(words("today.saved_at", words.moment(begun.savedAt)), quiet = true)
        Other(words("do.go_on"), Modifier.fillMaxWidth()) { go(Go.Draft(begun.draft)) }
    }
}

/** Somebody who is due: who, how long is left, by which rule; call, visit. */
@Composable
fun TodaySheet(line: TodayLine, go: (Go) -> Unit) {
    val words = LocalWords.current
    val person = line.who.person
    Sheet(onClick = person?.let { { go(Go.Person(it)) } }) {
        Name(line.who.title)
        Line(who(line.who, words), quiet = true)
        Tags {
            Tag(words.left(line.daysLeft), strong = (line.daysLeft ?: 0) <= 7)
            for (period in line.owed) Tag(words("today.owed", period), strong = true)
            if (line.draft != null) Tag(words("today.begun_here"))
        }
        Rule(line)
        Line(line.lastSeen?.let { words("today.last_seen", words.day(it)) } ?: words("today.never_seen"), quiet = true)
        line.advice?.let { Line(words("advice.$it"), quiet = true) }
        if (person != null) {
            val call = line.call
            val visit: @Composable (Modifier) -> Unit = { wide ->
                Main(words("do.visit"), wide.described(words("do.visit_whom", line.who.title))) { go(line.visit(person)) }
            }
            when (call) {
                null -> visit(Modifier.fillMaxWidth())
                else -> SideBySide(
                    { wide ->
                        val whom = words("do.call_whom", line.who.title)
                        Other(words("do.call"), wide.described(whom)) { go(Go.Call(call.number)) }
                    },
                    visit,
                )
            }
        }
    }
}

/** A visit that was begun goes on. */
private fun TodayLine.visit(person: String): Go = draft?.let { Go.Draft(it) } ?: Go.Visit(person)

/** The article and document that ask it, and how many others do. */
@Composable
fun Rule(line: TodayLine) {
    val words = LocalWords.current
    val others = line.rules.toInt() - 1
    val more = if (others > 0) "（" + words("today.rules", others) + "）" else ""
    Text(
        words("today.by", line.article + more + " " + line.document),
        color = MaterialTheme.colorScheme.onSurfaceVariant, style = MaterialTheme.typography.bodySmall,
        maxLines = 2, overflow = TextOverflow.Ellipsis,
    )
}

@Composable
fun Name(text: String) {
    Text(text, color = MaterialTheme.colorScheme.onSurface, style = MaterialTheme.typography.titleLarge)
}

@OptIn(ExperimentalLayoutApi::class)
@Composable
fun Tags(content: @Composable () -> Unit) {
    FlowRow(Modifier.fillMaxWidth(), Arrangement.spacedBy(8.dp), Arrangement.spacedBy(6.dp)) { content() }
}

/** Elder or child, and where. */
fun who(who: UnitWords, words: Words): String =
    listOfNotNull(words("group." + (who.group ?: "household")), who.areaName ?: who.area).joinToString(" · ")
