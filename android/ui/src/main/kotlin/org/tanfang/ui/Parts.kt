package org.tanfang.ui

import androidx.compose.foundation.BorderStroke
import androidx.compose.foundation.background
import androidx.compose.foundation.clickable
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.ColumnScope
import androidx.compose.foundation.layout.PaddingValues
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.width
import androidx.compose.foundation.lazy.LazyColumn
import androidx.compose.foundation.lazy.LazyListScope
import androidx.compose.foundation.lazy.LazyListState
import androidx.compose.foundation.lazy.rememberLazyListState
import androidx.compose.foundation.selection.selectable
import androidx.compose.foundation.shape.RoundedCornerShape
import androidx.compose.material3.Button
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.OutlinedButton
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.text.style.TextOverflow
import androidx.compose.ui.unit.dp
import org.tanfang.core.Trouble

private val corner = RoundedCornerShape(14.dp)

/** A screen: a title that stays, what scrolls, and what the thumb reaches at the bottom. */
@Composable
fun Page(
    title: String,
    back: (() -> Unit)? = null,
    lead: String? = null,
    bottom: (@Composable () -> Unit)? = null,
    list: LazyListState = rememberLazyListState(),
    content: LazyListScope.() -> Unit,
) {
    val colors = MaterialTheme.colorScheme
    Column(Modifier.fillMaxSize().background(colors.background)) {
        Row(
            Modifier.fillMaxWidth().padding(start = 16.dp, end = 16.dp, top = 20.dp, bottom = 8.dp),
            verticalAlignment = Alignment.CenterVertically,
        ) {
            if (back != null) {
                Quiet(LocalWords.current("do.back"), onClick = back)
                Box(Modifier.width(8.dp))
            }
            Column(Modifier.weight(1f)) {
                Text(
                    title, Modifier.semantics { heading() }, colors.onBackground,
                    style = MaterialTheme.typography.headlineSmall, maxLines = 2, overflow = TextOverflow.Ellipsis,
                )
                if (lead != null) Text(lead, color = colors.onSurfaceVariant, style = MaterialTheme.typography.bodySmall)
            }
        }
        LazyColumn(
            Modifier.weight(1f).fillMaxWidth(),
            list,
            contentPadding = PaddingValues(16.dp, 4.dp, 16.dp, 24.dp),
            verticalArrangement = Arrangement.spacedBy(12.dp),
            content = content,
        )
        if (bottom != null) Surface(color = colors.surface, shadowElevation = 6.dp) {
            Box(Modifier.fillMaxWidth()) { bottom() }
        }
    }
}

/** A sheet of paper on the screen. */
@Composable
fun Sheet(
    color: Color = MaterialTheme.colorScheme.surface,
    onClick: (() -> Unit)? = null,
    modifier: Modifier = Modifier,
    content: @Composable ColumnScope.() -> Unit,
) {
    val touch = if (onClick == null) modifier else modifier.clickable(role = Role.Button, onClick = onClick)
    Surface(Modifier.fillMaxWidth(), shape = corner, color = color, border = edge(color)) {
        Column(
            touch.fillMaxWidth().heightIn(min = TOUCH).padding(16.dp),
            verticalArrangement = Arrangement.spacedBy(8.dp),
            content = content,
        )
    }
}

@Composable
private fun edge(color: Color): BorderStroke? {
    val colors = MaterialTheme.colorScheme
    return if (color == colors.surface) BorderStroke(1.dp, colors.outlineVariant) else null
}

/** The one thing to do here. */
@Composable
fun Main(text: String, modifier: Modifier = Modifier, enabled: Boolean = true, onClick: () -> Unit) {
    Button(
        onClick, modifier.heightIn(min = 56.dp), enabled, shape = corner,
        contentPadding = PaddingValues(14.dp, 8.dp),
    ) { Text(text, style = MaterialTheme.typography.labelLarge, textAlign = TextAlign.Center) }
}

/** Something else to do here. */
@Composable
fun Other(text: String, modifier: Modifier = Modifier, enabled: Boolean = true, onClick: () -> Unit) {
    OutlinedButton(
        onClick, modifier.heightIn(min = 56.dp), enabled, shape = corner,
        border = BorderStroke(1.5.dp, MaterialTheme.colorScheme.outline),
        contentPadding = PaddingValues(14.dp, 8.dp),
    ) { Text(text, style = MaterialTheme.typography.labelLarge, textAlign = TextAlign.Center) }
}

/** Something small to do. */
@Composable
fun Quiet(text: String, modifier: Modifier = Modifier, onClick: () -> Unit) {
    TextButton(
        onClick, modifier.heightIn(min = TOUCH), shape = corner,
        contentPadding = PaddingValues(10.dp, 6.dp),
    ) { Text(text, style = MaterialTheme.typography.labelLarge) }
}

/** Buttons side by side, each as wide as the other. */
@Composable
fun SideBySide(first: @Composable (Modifier) -> Unit, second: @Composable (Modifier) -> Unit) {
    Row(Modifier.fillMaxWidth(), horizontalArrangement = Arrangement.spacedBy(12.dp)) {
        first(Modifier.weight(1f))
        second(Modifier.weight(1f))
    }
}

/** What belongs together below. */
@Composable
fun Title(text: String, modifier: Modifier = Modifier) {
    Text(
        text, modifier.padding(top = 8.dp).semantics { heading() },
        MaterialTheme.colorScheme.onBackground, style = MaterialTheme.typography.titleMedium,
    )
}

/** A word in a frame. */
@Composable
fun Tag(text: String, strong: Boolean = false) {
    val colors = MaterialTheme.colorScheme
    val (back, front) = when (strong) {
        true -> colors.tertiaryContainer to colors.onTertiaryContainer
        false -> colors.secondaryContainer to colors.onSecondaryContainer
    }
    Surface(shape = RoundedCornerShape(8.dp), color = back) {
        Text(text, Modifier.padding(8.dp, 3.dp), front, style = MaterialTheme.typography.labelMedium)
    }
}

@Composable
fun Line(text: String, quiet: Boolean = false) {
    val colors = MaterialTheme.colorScheme
    Text(
        text, color = if (quiet) colors.onSurfaceVariant else colors.onSurface,
        style = if (quiet) MaterialTheme.typography.bodyMedium else MaterialTheme.typography.bodyLarge,
    )
}

/** Something to look at, that leads somewhere. Never red: nothing is lost. */
@Composable
fun Notice(text: String, onClick: (() -> Unit)? = null) {
    val colors = MaterialTheme.colorScheme
    Sheet(colors.tertiaryContainer, onClick) {
        Text(text, color = colors.onTertiaryContainer, style = MaterialTheme.typography.titleSmall)
        if (onClick != null) {
            val more = LocalWords.current("do.open_list")
            Text("$more ›", color = colors.onTertiaryContainer, style = MaterialTheme.typography.bodyMedium)
        }
    }
}

/** A trouble in words: what happened, and what to do. No signal is no alarm. */
@Composable
fun TroubleNote(trouble: Trouble) {
    val (words, colors) = LocalWords.current to MaterialTheme.colorScheme
    val calm = trouble == Trouble.Offline
    val (back, front) = when (calm) {
        true -> colors.secondaryContainer to colors.onSecondaryContainer
        false -> colors.tertiaryContainer to colors.onTertiaryContainer
    }
    Sheet(back) { Text(words(trouble.key), color = front, style = MaterialTheme.typography.bodyLarge) }
}

/** A question before something goes that cannot be had again: it stays where nothing is touched. */
@Composable
fun Sure(question: String, does: String, no: () -> Unit, yes: () -> Unit) {
    val colors = MaterialTheme.colorScheme
    Sheet(colors.tertiaryContainer) {
        Text(question, color = colors.onTertiaryContainer, style = MaterialTheme.typography.titleSmall)
        SideBySide({ Main(LocalWords.current("do.leave"), it, onClick = no) }, { Other(does, it, onClick = yes) })
    }
}

/** That there is nothing, said kindly. */
@Composable
fun Empty(title: String, lead: String) {
    Sheet {
        Text(title, color = MaterialTheme.colorScheme.onSurface, style = MaterialTheme.typography.titleMedium)
        Line(lead, quiet = true)
    }
}

/** One of several that exclude each other; the mark says it, not the colour alone. */
@Composable
fun Choice(text: String, chosen: Boolean, modifier: Modifier = Modifier, several: Boolean = false, onClick: () -> Unit) {
    val colors = MaterialTheme.colorScheme
    val mark = if (several) (if (chosen) "☑" else "☐") else (if (chosen) "◉" else "○")
    Surface(
        modifier.selectable(chosen, role = if (several) Role.Checkbox else Role.RadioButton, onClick = onClick),
        shape = corner,
        color = if (chosen) colors.primaryContainer else colors.surface,
        border = BorderStroke(if (chosen) 2.dp else 1.dp, if (chosen) colors.primary else colors.outline),
    ) {
        Row(
            Modifier.heightIn(min = 52.dp).padding(12.dp, 6.dp),
            Arrangement.spacedBy(10.dp), Alignment.CenterVertically,
        ) {
            val front = if (chosen) colors.onPrimaryContainer else colors.onSurface
            Text(mark, color = front, style = MaterialTheme.typography.titleMedium)
            Text(text, color = front, style = MaterialTheme.typography.bodyLarge)
        }
    }
}

/** The bar that the thumb finds everywhere. */
@Composable
fun Bar(open: Tab, supervises: Boolean, go: (Go) -> Unit) {
    val (words, colors) = LocalWords.current to MaterialTheme.colorScheme
    Row(Modifier.fillMaxWidth().padding(4.dp)) {
        for (tab in Tab.entries.filter { it != Tab.NotSeen || supervises }) {
            val chosen = tab == open
            Box(
                Modifier.weight(1f).heightIn(min = 56.dp)
                    .selectable(chosen, role = Role.Tab) { go(Go.To(tab)) },
                Alignment.Center,
            ) {
                Surface(
                    shape = RoundedCornerShape(20.dp),
                    color = if (chosen) colors.primaryContainer else Color.Transparent,
                ) {
                    Text(
                        words(tab.key), Modifier.padding(10.dp, 6.dp),
                        if (chosen) colors.onPrimaryContainer else colors.onSurface,
                        style = if (chosen) MaterialTheme.typography.labelLarge else MaterialTheme.typography.labelMedium,
                        maxLines = 1, softWrap = false,
                    )
                }
            }
        }
    }
}
