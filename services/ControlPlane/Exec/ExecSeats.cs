namespace DataPlatform.Services.ControlPlane.Exec;

/// <summary>How many commands run beside tasks at a time: each holds connections here and at an agent.</summary>
public sealed class ExecSeats
{
    public const int Most = 64;
    public const int MostOfOnePerson = 16;

    private readonly Lock gate = new();
    private readonly Dictionary<string, int> taken = [];
    private int all;

    /// <summary>Null when there is none; to be disposed when the command has ended.</summary>
    public IDisposable? Take(string person)
    {
        lock (gate)
        {
            if (all >= Most || taken.GetValueOrDefault(person) >= MostOfOnePerson) return null;
            all++;
            taken[person] = taken.GetValueOrDefault(person) + 1;
            return new Seat(this, person);
        }
    }

    private void Leave(string person)
    {
        lock (gate)
        {
            all--;
            if (--taken[person] == 0) taken.Remove(person);
        }
    }

    private sealed class Seat(ExecSeats seats, string person) : IDisposable
    {
        private int left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref left, 1) == 0) seats.Leave(person);
        }
    }
}
