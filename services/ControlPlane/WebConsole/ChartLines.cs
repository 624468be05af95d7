using System.Globalization;
using System.Text;
using DataPlatform.Core.Client.ControlPlane;

namespace DataPlatform.Services.ControlPlane.WebConsole;

/// <summary>One chart as lines in a box of <see cref="Width"/> to <see cref="Height"/>. Pure.</summary>
public sealed class ChartLines(ChartView chart)
{
    public const int Width = 600;
    public const int Height = 150;

    /// <summary>Zero, but for what goes below it.</summary>
    public double Least { get; } = Math.Min(0, Rounded(Numbers(chart).DefaultIfEmpty(0).Min()));

    public double Most { get; } = Rounded(Numbers(chart).DefaultIfEmpty(0).Max()) is > 0 and var most ? most : Numbers(chart).Any(number => number < 0) ? 0 : 1;

    /// <summary>As an SVG path, with a gap where nothing was measured.</summary>
    public string Path(ChartSeriesView series)
    {
        var path = new StringBuilder();
        for (var at = 0; at < series.Values.Count; at++)
        {
            if (series.Values[at] is not { } value) continue;
            var (begins, ends) = (at == 0 || series.Values[at - 1] is null, at + 1 == series.Values.Count || series.Values[at + 1] is null);
            path.Append(CultureInfo.InvariantCulture, $"{(begins ? 'M' : 'L')}{X(at, series.Values.Count):0.#} {Y(value):0.#}");
            // A line of no length has round ends, and is seen.
            if (begins && ends) path.Append("h0");
        }

        return path.ToString();
    }

    public static string Text(double? value, ChartUnit unit) => value is not { } number ? "–" : unit switch
    {
        ChartUnit.Bytes => Bytes(number),
        ChartUnit.BytesPerSecond => Bytes(number) + "/s",
        ChartUnit.PerSecond => Number(number) + "/s",
        ChartUnit.Milliseconds => Number(number) + " ms",
        ChartUnit.Percent => Number(number) + " %",
        _ => Number(number),
    };

    public static string Of(ChartUnit unit) => unit switch
    {
        ChartUnit.PerSecond => "per second",
        ChartUnit.Bytes => "bytes",
        ChartUnit.BytesPerSecond => "bytes per second",
        ChartUnit.Milliseconds => "ms",
        ChartUnit.Percent => "percent",
        _ => "count",
    };

    private double X(int at, int count) => count < 2 ? 0 : (double)at * Width / (count - 1);

    private double Y(double value) => Height * (1 - (value - Least) / (Most - Least));

    private static IEnumerable<double> Numbers(ChartView chart) => chart.Series.SelectMany(series => series.Values).OfType<double>();

    /// <summary>Away from zero to 1, 2 or 5 times a power of ten.</summary>
    private static double Rounded(double value)
    {
        if (value == 0) return 0;
        var power = Math.Pow(10, Math.Floor(Math.Log10(Math.Abs(value))));
        return Math.Sign(value) * power * (Math.Abs(value) / power) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 };
    }

    private static string Bytes(double number) => Math.Abs(number) < long.MaxValue ? (number < 0 ? "-" : "") + Words.Bytes((long)Math.Abs(number)) : Number(number);

    private static string Number(double number) => Math.Abs(number) switch
    {
        >= 1e15 => number.ToString("0.##E0", CultureInfo.InvariantCulture),
        >= 100 => number.ToString("#,0", CultureInfo.InvariantCulture),
        >= 1 => number.ToString("0.##", CultureInfo.InvariantCulture),
        _ => number.ToString("0.####", CultureInfo.InvariantCulture),
    };
}
