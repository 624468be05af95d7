using DataPlatform.Services.ControlPlane.WebConsole.Parts;
using MudBlazor;

namespace DataPlatform.Services.ControlPlane.WebConsole;

/// <summary>Questions before something is done.</summary>
public static class Confirmations
{
    private static readonly DialogOptions Options = new() { CloseOnEscapeKey = true };

    /// <param name="yes">What the button says that does it.</param>
    /// <param name="no">What the button says that does nothing, as Escape does.</param>
    /// <param name="destroys">Something is lost for good: the button is red.</param>
    public static async Task<bool> ConfirmsAsync(this IDialogService dialogs, string title, string text, string yes, string no, bool destroys = false)
    {
        var parameters = new DialogParameters<ConfirmDialog>
        {
            { dialog => dialog.Text, text }, { dialog => dialog.Yes, yes }, { dialog => dialog.No, no }, { dialog => dialog.Destroys, destroys },
        };
        var shown = await dialogs.ShowAsync<ConfirmDialog>(title, parameters, Options);
        return await shown.Result is { Canceled: false };
    }
}
