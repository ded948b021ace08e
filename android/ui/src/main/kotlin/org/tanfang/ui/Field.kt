package org.tanfang.ui

import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.text.KeyboardOptions
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.OutlinedTextField
import androidx.compose.material3.OutlinedTextFieldDefaults
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.focus.onFocusChanged
import androidx.compose.ui.text.input.ImeAction
import androidx.compose.ui.text.input.KeyboardCapitalization
import androidx.compose.ui.text.input.KeyboardType

/** Which keyboard a person gets. */
enum class Keys(val options: KeyboardOptions) {
    Words(KeyboardOptions(imeAction = ImeAction.Done)),
    Number(KeyboardOptions(keyboardType = KeyboardType.Number, imeAction = ImeAction.Done)),
    Decimal(KeyboardOptions(keyboardType = KeyboardType.Decimal, imeAction = ImeAction.Done)),
    Phone(KeyboardOptions(keyboardType = KeyboardType.Phone, imeAction = ImeAction.Done)),
    Address(KeyboardOptions(keyboardType = KeyboardType.Uri, imeAction = ImeAction.Next)),
    Code(
        KeyboardOptions(
            capitalization = KeyboardCapitalization.Characters, autoCorrectEnabled = false,
            keyboardType = KeyboardType.Ascii, imeAction = ImeAction.Done,
        ),
    ),
}

/**
 * A place to type. [heard] is what the core made [text] of, where it writes it otherwise than the person
 * did; [read] says what a text hands out.
 */
@Composable
fun Field(
    label: String,
    text: String,
    modifier: Modifier = Modifier,
    heard: String = text,
    hint: String? = null,
    keys: Keys = Keys.Words,
    lines: Int = 1,
    wrong: Boolean = false,
    /** Whether the label stands in the field too; a question says it above. */
    named: Boolean = true,
    read: (String) -> String = { it },
    typed: (String) -> Unit,
) = Field(label, rememberTyping(text, heard), modifier, hint, keys, lines, wrong, named, read, typed)

/** The same over what stands in it. */
@Composable
fun Field(
    label: String,
    typing: Typing,
    modifier: Modifier = Modifier,
    hint: String? = null,
    keys: Keys = Keys.Words,
    lines: Int = 1,
    wrong: Boolean = false,
    named: Boolean = true,
    read: (String) -> String = { it },
    typed: (String) -> Unit,
) {
    val colors = MaterialTheme.colorScheme
    OutlinedTextField(
        typing.value,
        { now ->
            if (typing.type(now)) {
                val given = read(now.text)
                typing.handedOut(given)
                typed(given)
            }
        },
        modifier.fillMaxWidth().onFocusChanged { typing.focus(it.isFocused) }
            .then(if (named) Modifier else Modifier.described(label)),
        label = if (named) ({ Text(label, style = MaterialTheme.typography.bodySmall) }) else null,
        supportingText = hint?.let { { Text(it, style = MaterialTheme.typography.bodySmall) } },
        textStyle = MaterialTheme.typography.bodyLarge,
        keyboardOptions = keys.options,
        singleLine = lines == 1,
        minLines = lines,
        isError = wrong,
        colors = OutlinedTextFieldDefaults.colors(
            unfocusedContainerColor = colors.surface, focusedContainerColor = colors.surface,
            errorContainerColor = colors.surface, unfocusedBorderColor = colors.outline,
            unfocusedLabelColor = colors.onSurfaceVariant, unfocusedSupportingTextColor = colors.onSurfaceVariant,
            focusedSupportingTextColor = colors.onSurfaceVariant,
        ),
    )
}
