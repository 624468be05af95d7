using MudBlazor;

namespace DataPlatform.Services.ControlPlane.WebConsole;

/// <summary>The console's colours and type. Only fonts that the browser has: nothing is fetched from elsewhere.</summary>
public static class Theme
{
    private static readonly string[] Fonts = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "DejaVu Sans", "sans-serif"];

    public static MudTheme Console { get; } = new()
    {
        PaletteLight = new PaletteLight
        {
            Primary = "#2457a6", Secondary = "#0f766e", Info = "#2563a8", Success = "#1b7f4b", Warning = "#a15c00", Error = "#b3261e",
            Background = "#f5f6f8", Surface = "#ffffff", AppbarBackground = "#ffffff", AppbarText = "#1d2530", TextPrimary = "#1d2530", TextSecondary = "#566171",
            LinesDefault = "#dfe3e8", TableLines = "#e7eaee", Divider = "#dfe3e8", ActionDefault = "#566171",
        },
        PaletteDark = new PaletteDark
        {
            Primary = "#7fb0ff", PrimaryContrastText = "#10151c", Secondary = "#5fd0c3", Info = "#8ab8f5", Success = "#5fcf95", Warning = "#f0b45f", Error = "#ff8d85",
            ErrorContrastText = "#10151c", Background = "#12161c", Surface = "#1a2029", AppbarBackground = "#1a2029", AppbarText = "#e3e8ef", TextPrimary = "#e3e8ef",
            TextSecondary = "#9aa6b6", LinesDefault = "#2d3542", TableLines = "#2a313d", Divider = "#2d3542", ActionDefault = "#9aa6b6",
        },
        LayoutProperties = new LayoutProperties { DefaultBorderRadius = "8px", AppbarHeight = "56px" },
        Typography = new Typography
        {
            Default = new DefaultTypography { FontFamily = Fonts, FontSize = ".9375rem", LineHeight = "1.5" },
            Button = new ButtonTypography { FontFamily = Fonts, TextTransform = "none", FontWeight = "600", FontSize = ".9rem" },
        },
    };
}
