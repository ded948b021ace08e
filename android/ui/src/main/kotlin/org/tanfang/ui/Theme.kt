package org.tanfang.ui

import androidx.compose.foundation.isSystemInDarkTheme
import androidx.compose.material3.ColorScheme
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Typography
import androidx.compose.material3.darkColorScheme
import androidx.compose.material3.lightColorScheme
import androidx.compose.runtime.Composable
import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.runtime.staticCompositionLocalOf
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.platform.LocalDensity
import androidx.compose.ui.text.TextStyle
import androidx.compose.ui.text.font.FontFamily
import androidx.compose.ui.text.font.FontWeight
import androidx.compose.ui.unit.Density
import androidx.compose.ui.unit.dp
import androidx.compose.ui.unit.sp
import org.tanfang.core.Language
import org.tanfang.core.Settings
import org.tanfang.core.Shade
import org.tanfang.core.Words

/** The smallest side of anything that is touched. */
val TOUCH = 48.dp

/** What every text and surface is drawn in: readable in the sun, 7:1 and more for text. */
object Paints {
    val light: ColorScheme = lightColorScheme(
        primary = Color(0xFF0B4F43), onPrimary = Color.White,
        primaryContainer = Color(0xFFCDEBE1), onPrimaryContainer = Color(0xFF06302A),
        secondary = Color(0xFF37474F), onSecondary = Color.White,
        secondaryContainer = Color(0xFFE3E9E6), onSecondaryContainer = Color(0xFF1E2A26),
        tertiaryContainer = Color(0xFFFFE7B0), onTertiaryContainer = Color(0xFF3B2A00),
        background = Color(0xFFF4F5F2), onBackground = Color(0xFF171B19),
        surface = Color.White, onSurface = Color(0xFF171B19),
        surfaceVariant = Color(0xFFE9ECE8), onSurfaceVariant = Color(0xFF3A443F),
        errorContainer = Color(0xFFFFDEDA), onErrorContainer = Color(0xFF5B0D0A),
        error = Color(0xFF7F1410), onError = Color.White,
        outline = Color(0xFF5A6660), outlineVariant = Color(0xFFC3CBC6),
    )
    val dark: ColorScheme = darkColorScheme(
        primary = Color(0xFF9BE8D0), onPrimary = Color(0xFF00251E),
        primaryContainer = Color(0xFF0E463B), onPrimaryContainer = Color(0xFFD6F6EB),
        secondary = Color(0xFFC8D3CE), onSecondary = Color(0xFF17201C),
        secondaryContainer = Color(0xFF2B3632), onSecondaryContainer = Color(0xFFE3ECE8),
        tertiaryContainer = Color(0xFF4A3600), onTertiaryContainer = Color(0xFFFFEBBF),
        background = Color(0xFF0E1211), onBackground = Color(0xFFF0F4F1),
        surface = Color(0xFF181D1B), onSurface = Color(0xFFF0F4F1),
        surfaceVariant = Color(0xFF262D2A), onSurfaceVariant = Color(0xFFCFD9D3),
        errorContainer = Color(0xFF5C1310), onErrorContainer = Color(0xFFFFE3DF),
        error = Color(0xFFFFC9C2), onError = Color(0xFF450704),
        outline = Color(0xFF93A09A), outlineVariant = Color(0xFF424C47),
    )
}

/** The words of the language that is set. */
val LocalWords = staticCompositionLocalOf { Words(Language.Chinese, emptyMap()) }

/** Today, `2024-06-24`, for the buttons that fill a day in. */
val LocalToday = staticCompositionLocalOf { "" }

/** Large enough to read at arm's length; every slot set, so that no text falls back to another font. */
fun typography(font: FontFamily): Typography {
    fun style(size: Int, line: Int, weight: FontWeight = FontWeight.Normal) =
        TextStyle(fontFamily = font, fontSize = size.sp, lineHeight = line.sp, fontWeight = weight)
    return Typography(
        displayLarge = style(40, 48, FontWeight.Bold),
        displayMedium = style(36, 44, FontWeight.Bold),
        displaySmall = style(32, 40, FontWeight.Bold),
        headlineLarge = style(28, 36, FontWeight.Bold),
        headlineMedium = style(26, 34, FontWeight.Bold),
        headlineSmall = style(24, 32, FontWeight.Bold),
        titleLarge = style(22, 30, FontWeight.Bold),
        titleMedium = style(19, 27, FontWeight.Bold),
        titleSmall = style(17, 25, FontWeight.Bold),
        bodyLarge = style(18, 27),
        bodyMedium = style(17, 25),
        bodySmall = style(16, 23),
        labelLarge = style(18, 25, FontWeight.Bold),
        labelMedium = style(16, 22, FontWeight.Medium),
        labelSmall = style(15, 20, FontWeight.Medium),
    )
}

/** Colours, letters and words as the person set them. The font comes from the app: Chinese shapes differ by font. */
@Composable
fun TanfangTheme(
    settings: Settings,
    words: Words,
    today: String,
    font: FontFamily = FontFamily.Default,
    content: @Composable () -> Unit,
) {
    val dark = when (settings.shade) {
        Shade.Phone -> isSystemInDarkTheme()
        Shade.Light -> false
        Shade.Dark -> true
    }
    val density = LocalDensity.current
    CompositionLocalProvider(
        LocalWords provides words,
        LocalToday provides today,
        LocalDensity provides Density(density.density, density.fontScale * settings.textScale),
    ) {
        MaterialTheme(if (dark) Paints.dark else Paints.light, typography = typography(font), content = content)
    }
}
